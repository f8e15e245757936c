"""How well a letter's sender is proven, by what our own mail server found (RFC 8601)."""

from collections.abc import Iterable

import authres
from django.conf import settings

PASS, FAIL, NONE = "pass", "fail", "none"


def of(authentication_results: Iterable[str], domain: str) -> str:
    """Return "pass" or "fail" as the trusted mail server says of this From domain, "none" where it says nothing.

    Only headers that bear FOLKMOOT_AUTHSERV_ID count; anybody can write the others. DMARC decides where it was asked;
    else a passing DKIM signature or SPF of the same domain proves, and only both failing disproves.
    """
    if not settings.AUTHSERV_ID:
        return NONE
    results = list(_believed(authentication_results))
    dmarc = [one.result for one in results if one.method == "dmarc" and one.result in {PASS, FAIL}]
    if dmarc:
        return dmarc[0]
    if any(one.result == PASS and _aligned(one, domain) for one in results):
        return PASS
    said = {one.method: one.result for one in results}
    return FAIL if said.get("dkim") == FAIL and said.get("spf") == FAIL else NONE


def _believed(headers: Iterable[str]) -> Iterable[authres.core.AuthenticationResult]:
    for header in headers:
        try:
            parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {header}")
        except (authres.core.AuthResError, ValueError):
            continue  # not written by a mail server of ours
        if parsed.authserv_id and parsed.authserv_id.lower() == settings.AUTHSERV_ID.lower():
            yield from parsed.results


def _aligned(result: authres.core.AuthenticationResult, domain: str) -> bool:
    """Whether the result is about the domain of From, or one of which it is a part (relaxed alignment)."""
    named = {prop.name: prop.value for prop in result.properties}
    about = named.get("d" if result.method == "dkim" else "mailfrom", "") or ""
    about = about.rpartition("@")[2].lower()
    return bool(about) and "." in about and (domain == about or domain.endswith(f".{about}"))
