"""How well a letter's sender is proven, by what our own mail server found (RFC 8601)."""

from collections.abc import Iterable

import authres
from django.conf import settings

PASS, FAIL, NONE = "pass", "fail", "none"


def of(authentication_results: Iterable[str], domain: str) -> str:
    """Return "pass" or "fail" as the trusted mail server says of this From domain, "none" where it says nothing.

    Only the topmost header that bears FOLKMOOT_AUTHSERV_ID counts: the mail server writes its own above all others,
    and anybody can write those. DMARC decides where it was asked about this domain; else a passing DKIM signature or
    SPF of the very domain proves, and only both failing disproves.
    """
    if not settings.AUTHSERV_ID:
        return NONE
    results = list(_believed(authentication_results))
    dmarc = [
        one.result for one in results if one.method == "dmarc" and one.result in {PASS, FAIL} and _is_of(one, domain)
    ]
    if dmarc:
        return dmarc[0]
    if any(one.result == PASS and one.method in {"dkim", "spf"} and _is_of(one, domain) for one in results):
        return PASS
    said = {one.method: one.result for one in results}
    return FAIL if said.get("dkim") == FAIL and said.get("spf") == FAIL else NONE


def _believed(headers: Iterable[str]) -> Iterable[authres.core.AuthenticationResult]:
    for header in headers:
        try:
            parsed = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {header[:4000]}")
        except (authres.core.AuthResError, ValueError, RecursionError):
            continue  # not written by a mail server of ours
        if parsed.authserv_id and parsed.authserv_id.lower() == settings.AUTHSERV_ID.lower():
            return parsed.results
    return []


def _is_of(result: authres.core.AuthenticationResult, domain: str) -> bool:
    """Whether the result is about this very domain (strict alignment, RFC 9989)."""
    named = {prop.name: prop.value for prop in result.properties}
    about = named.get(_ABOUT.get(result.method, ""), "") or ""
    return bool(domain) and about.rpartition("@")[2].lower() == domain


_ABOUT = {"dmarc": "from", "dkim": "d", "spf": "mailfrom"}
