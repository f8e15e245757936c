"""The site's address and what the domain name system says about the mail domain."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from ipaddress import ip_address
from urllib.parse import urlsplit

import dns.exception
import dns.resolver
import dns.reversename
from django.conf import settings

from folkmoot.config.doctor.finding import Finding, broken, ok, warning
from folkmoot.doors.mail.transport import LOOPBACK

ANSWERS_IN = 3.0  # seconds
USUAL_SELECTORS = ("folkmoot", "mail", "default", "dkim", "s1", "selector1")  # DNS can't list them
NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)

LookUp = Callable[[str, str], list[str]]  # name, kind of record -> what they say


class Silent(Exception):
    """Nobody answers questions about names."""


def site() -> Iterator[Finding]:
    if settings.HOST == "localhost":
        words = "FOLKMOOT_HOST is localhost: good for a try, but no letter from outside can come"
        yield warning(
            "host", words, "FOLKMOOT_HOST=groups.example.org    (a domain of yours; then see docs/guides/mail.md)"
        )
        return
    yield ok("host", f"groups have addresses @{settings.HOST}")
    parts = urlsplit(settings.SITE)
    if parts.scheme != "https":
        words = f"{settings.SITE} is not encrypted: sign-in codes and cookies can be read on the way"
        yield warning(
            "site", words, f"FOLKMOOT_SITE=https://{parts.hostname}    (and a proxy: docs/guides/operators.md)"
        )
    else:
        yield ok("site", settings.SITE)
    if settings.DEBUG:
        yield broken("site.debug", "mistakes show strangers how it works inside", "Leave FOLKMOOT_DEBUG unset.")


def records(dkim_selector: str = "", resolver: dns.resolver.Resolver | None = None) -> Iterator[Finding]:
    """Look for MX, SPF, DKIM, DMARC and the name of the sending address, and say which record to publish."""
    if settings.HOST == "localhost":
        return
    try:
        look_up = partial(_look_up, resolver or dns.resolver.Resolver())
        hosts = _mx(look_up)
        yield from _arriving(hosts, look_up)
        yield _spf(look_up)
        yield _dkim(look_up, dkim_selector)
        yield _dmarc(look_up)
        if _sends_itself():
            yield from _ptr(look_up, hosts or [settings.HOST])
    except (Silent, dns.resolver.NoResolverConfiguration):
        yield warning("dns", "no name server answers here, so the records of your domain were not looked at")


def _look_up(resolver: dns.resolver.Resolver, name: str, kind: str) -> list[str]:
    try:
        answer = resolver.resolve(name, kind, lifetime=ANSWERS_IN, search=False)
    except NOTHING:
        return []
    except dns.exception.DNSException as error:
        raise Silent from error
    if kind == "TXT":
        return [b"".join(one.strings).decode(errors="replace") for one in answer]
    return [one.to_text() for one in answer]


def _mx(look_up: LookUp) -> list[str]:
    pairs = sorted((int(number), host.rstrip(".")) for number, host in map(str.split, look_up(settings.HOST, "MX")))
    return [host for _number, host in pairs if host]


def _arriving(hosts: Sequence[str], look_up: LookUp) -> Iterator[Finding]:
    record = f"{settings.HOST}. IN MX 10 {hosts[0] if hosts else _machine()}."
    if not hosts and not _addresses(look_up, settings.HOST):
        yield broken("dns.mx", f"nobody knows where letters to {settings.HOST} should go", record)
    elif not hosts:
        yield warning("dns.mx", f"there is no MX record; letters go to the address of {settings.HOST} itself", record)
    elif not _addresses(look_up, hosts[0]):
        yield broken("dns.mx", f"letters go to {hosts[0]}, which has no address", f"{hosts[0]}. IN A <its address>")
    else:
        yield ok("dns.mx", f"letters to {settings.HOST} go to {', '.join(hosts[:3])}")


def _spf(look_up: LookUp) -> Finding:
    found = [one for one in look_up(settings.HOST, "TXT") if one.lower().split(" ")[0] == "v=spf1"]
    who = "mx" if _sends_itself() else "include:<the name your mail provider tells you>"
    record = f'{settings.HOST}. IN TXT "v=spf1 {who} -all"'
    if not found:
        return warning("dns.spf", "no record says who may send for your domain; many will take it for spam", record)
    if len(found) > 1:
        return broken("dns.spf", "there are two SPF records, which counts as none", "Make one of them: " + record)
    if found[0].split()[-1].lower() in {"+all", "all"}:
        return broken("dns.spf", f"“{found[0]}” lets everybody send for your domain", record)
    return ok("dns.spf", found[0])


def _dkim(look_up: LookUp, selector: str) -> Finding:
    for name in [selector] if selector else USUAL_SELECTORS:
        key = "".join(look_up(f"{name}._domainkey.{settings.HOST}", "TXT"))
        if "p=" in key:
            is_revoked = not key.partition("p=")[2].partition(";")[0].strip()
            if is_revoked:
                return broken("dns.dkim", f"the key of {name} is revoked", "Publish the key that your signer uses.")
            return ok("dns.dkim", f"{name}._domainkey.{settings.HOST} has a key")
    record = f'{selector or "folkmoot"}._domainkey.{settings.HOST}. IN TXT "v=DKIM1; k=rsa; p=<your public key>"'
    if selector:
        return broken("dns.dkim", f"{selector}._domainkey.{settings.HOST} has no key", record)
    words = "no key was found under the usual names; letters without a signature are often taken for spam"
    return warning("dns.dkim", words, f"Say where yours is (--dkim-selector NAME), or publish one:\n{record}")


def _dmarc(look_up: LookUp) -> Finding:
    labels = settings.HOST.split(".")
    for start in range(max(1, len(labels) - 1)):
        name = ".".join(labels[start:])
        found = [one for one in look_up(f"_dmarc.{name}", "TXT") if one.lower().startswith("v=dmarc1")]
        if found:
            return ok("dns.dmarc", f"{name}: {found[0]}")
    record = f'_dmarc.{settings.HOST}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{settings.HOST}"'
    return warning("dns.dmarc", "no record says what to do with letters that are forged in your name", record)


def _ptr(look_up: LookUp, hosts: Sequence[str]) -> Iterator[Finding]:
    """Whether the address has a name, and the name this address: other mail servers ask both."""
    for address in _addresses(look_up, hosts[0]):
        names = [one.rstrip(".") for one in look_up(dns.reversename.from_address(address).to_text(), "PTR")]
        if any(address in _addresses(look_up, name) for name in names):
            yield ok("dns.ptr", f"{address} is {names[0]}, and back")
            continue
        words = f"{address} has no name" if not names else f"{address} is called {names[0]}, which is not {address}"
        yield warning("dns.ptr", words, f"Ask whoever gave you {address} to set its reverse name to {hosts[0]}.")


def _addresses(look_up: LookUp, name: str) -> list[str]:
    return [str(ip_address(one)) for one in _chained(look_up(name, "A"), look_up(name, "AAAA"))]


def _chained(*lists: Iterable[str]) -> Iterator[str]:
    for one in lists:
        yield from one


def _machine() -> str:
    return urlsplit(settings.SITE).hostname or settings.HOST


def _sends_itself() -> bool:
    """Whether letters leave from this machine, by a mail server on it. Elsewhere it is the provider's to be known."""
    return not settings.SMTP_URL or urlsplit(settings.SMTP_URL).hostname in LOOPBACK
