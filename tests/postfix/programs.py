"""What people read and write their mail with: real mail programs, driven as their users would."""

import os
import pty
import select
import signal
import time
from pathlib import Path

from tests.postfix.server import Postfix, run

MUTTRC = """
set realname="{name}" from="{address}" use_from=yes smtp_url="smtp://127.0.0.1:{port}" ssl_starttls=no ssl_force_tls=no
set folder="{mailbox}" spoolfile="{mailbox}" record="" copy=no mbox_type=Maildir header_cache=""
set editor="printf '{text}\\n' >" fast_reply=yes include=no abort_unmodified=no recall=no
set sort=threads index_format="%s" charset=utf-8 timeout=1 confirmappend=no move=no beep=no
"""


def swaks(postfix: Postfix, *arguments: str, sender: str, to: str, code: int = 0) -> str:
    """Hand a letter to the mail server over SMTP."""
    envelope = ["--server", "127.0.0.1", "--port", postfix.port, "--from", sender, "--to", to, "--h-From", sender]
    return run("swaks", *envelope, "--helo", "client.example.org", "--suppress-data", *arguments, code=code)


def threads(mailbox: Path) -> list[str]:
    """The subjects as s-nail lists them, each answer drawn under what it answers."""
    return listed(mailbox, "%i%n", "-S", "autosort=thread", "-S", "screen=100")


def listed(mailbox: Path, form: str, *options: str) -> list[str]:
    """A line for each letter, as s-nail lists them."""
    command = ["s-nail", "-:/", "-R", *options, "-S", f"headline={form}", "-H", "-f", f"maildir://{mailbox}"]
    return [line for line in run(*command, env=quiet_environment()).splitlines() if line.strip()]


def reply_with_mutt(postfix: Postfix, name: str, subject: str, text: str) -> None:
    """Open the mailbox, find the newest letter with the subject, press r, write, send, leave."""
    mailbox = postfix.mailbox(name)
    settings = {"name": name.title(), "address": f"{name}@example.org", "port": postfix.port, "mailbox": mailbox}
    config = postfix.folder / f"{name}.muttrc"
    config.write_text(MUTTRC.format(text=text, **settings))
    answers = {b"y:Send": b"y", b"Update encoding": b"y", b"Mail sent": b"x"}
    push = f"push '<limit>~s \"{subject}\"<enter><last-entry><reply>'"
    in_a_terminal("mutt", "-n", "-F", str(config), "-e", push, answers=answers)


def reply_with_s_nail(postfix: Postfix, name: str, subject: str, text: str) -> None:
    """Answer the newest letter with the subject, by the number under which s-nail itself lists it."""
    mailbox, address = postfix.mailbox(name), f"{name}@example.org"
    numbers = [line.split()[0] for line in listed(mailbox, "%m %s%n") if line.split(maxsplit=1)[1].strip() == subject]
    options = ["-S", "v15-compat", "-S", f"mta=smtp://127.0.0.1:{postfix.port}", "-S", "smtp-auth=none"]
    options += ["-S", f"from={name.title()} <{address}>", "-S", "sendwait", "-S", "hostname="]
    commands = f"reply {numbers[-1]}\n{text}\n~.\nexit\n"
    command = ["s-nail", "-:/", "-#", *options, "-f", f"maildir://{mailbox}"]
    run(*command, input=commands, stdin=None, env=quiet_environment())


def in_a_terminal(*command: str, answers: dict[bytes, bytes], seconds: float = 30) -> None:
    """Run a program that wants a screen, press keys when it shows these words, and let it end by itself."""
    answers = dict(answers)
    pid, screen = pty.fork()
    if pid == 0:
        os.environ.update(quiet_environment())
        os.execvp(command[0], command)
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([screen], [], [], 0.2)[0]:
            try:
                shown += os.read(screen, 65536)
            except OSError:  # it has ended and closed its side
                break
        for words in [words for words in answers if words in shown]:
            os.write(screen, answers.pop(words))
    else:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    assert status == 0, shown[-3000:].decode(errors="replace")


def quiet_environment() -> dict[str, str]:
    return os.environ | {"TERM": "xterm", "LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "LINES": "40", "COLUMNS": "100"}
