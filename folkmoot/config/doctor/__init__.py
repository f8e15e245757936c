"""`folkmoot doctor`: look at everything that has to be well, and say how to mend what is not."""

from collections.abc import Callable, Iterator

from django.db import DatabaseError

from folkmoot.config.doctor import machine, mail, names, running
from folkmoot.config.doctor.finding import BROKEN, Finding, broken

Check = Callable[[], Iterator[Finding]]

MACHINE: list[Check] = [machine.folders, machine.time_zones, machine.backups, running.web, running.mail_in]
LETTERS: list[Check] = [mail.waiting, mail.letters_in, mail.letters_out, mail.trust]  # what their tables say
OUTSIDE: list[Check] = [mail.mail_out, names.site]


def examine(*, send_to: str = "", dkim_selector: str = "", dns: bool = True) -> list[Finding]:
    """Make all checks. Nothing is changed, but for a letter of ours that the worker drops."""
    database = list(_made(machine.database))
    has_tables = all(finding.state != BROKEN for finding in database)
    checks = [*MACHINE, *(LETTERS if has_tables else []), *OUTSIDE]
    if dns:
        checks.append(lambda: names.records(dkim_selector))
    if send_to and has_tables:
        checks.append(lambda: mail.send(send_to))
    return database + [finding for check in checks for finding in _made(check)]


def _made(check: Check) -> Iterator[Finding]:
    """A check that can't be made is a finding, too; the others go on."""
    try:
        yield from check()
    except DatabaseError as error:
        yield broken(getattr(check, "__name__", "check"), f"could not be looked at: {str(error).strip()}")
