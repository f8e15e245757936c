"""A Postfix of our own: its own folder, queue and port, reaching nothing but this machine. Needs root to start."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests.processes.running import ROOT, answers, free_port, wait_until

MAIN_CF = """
compatibility_level = 3.6
myhostname = mail.groups.example
mydomain = groups.example
mydestination = $mydomain, localhost
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
inet_interfaces = loopback-only
inet_protocols = ipv4
smtpd_peername_lookup = no
smtp_dns_support_level = disabled
default_transport = error:nothing leaves this machine
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
local_recipient_maps =
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = inline:{{ann@example.org=ann/, bea@example.org=bea/, olga@example.org=olga/}}
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""


class Postfix:
    """Started and stopped by `postfix -c`; the machine's own Postfix and its files are never touched."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.config = folder, free_port(), folder / "etc"
        nobody, ours = pwd.getpwnam("nobody"), pwd.getpwnam("postfix")
        for name in ("etc", "queue", "data", "mail"):
            (folder / name).mkdir()
        os.chown(folder / "data", ours.pw_uid, ours.pw_gid)
        os.chown(folder / "mail", nobody.pw_uid, nobody.pw_gid)
        values = {"folder": folder, "uid": nobody.pw_uid, "gid": nobody.pw_gid}
        (self.config / "main.cf").write_text(MAIN_CF.format(**values))
        shutil.copy("/etc/postfix/dynamicmaps.cf", self.config)
        shutil.copy("/usr/share/postfix/master.cf.dist", self.config / "master.cf")
        self.postconf("-M#", "smtp/inet")
        self.postconf("-Me", f"127.0.0.1:{self.port}/inet=127.0.0.1:{self.port} inet n - n - - smtpd")
        self.postconf("-F", "*/*/chroot=n")

    def postconf(self, *arguments: str) -> str:
        return run("postconf", "-c", self.config, *arguments)

    def setup(self, *arguments: str) -> str:
        """Set it up for Folkmoot as an operator does."""
        return run(ROOT / "bin" / "postfix-setup", "--config", self.config, *arguments)

    def queue(self) -> str:
        return run("postqueue", "-c", self.config, "-p")

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def mailbox(self, name: str) -> Path:
        return self.folder / "mail" / name

    def letters(self, name: str) -> list[str]:
        """The letters in somebody's Maildir, oldest first."""
        paths = [path for part in ("new", "cur") for path in (self.mailbox(name) / part).glob("*")]
        return [path.read_text(errors="replace") for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)]


@contextmanager
def running():
    assert os.geteuid() == 0, "Postfix starts as root only: sudo bin/test --postfix"
    missing = [name for name in ("postfix", "swaks", "mutt", "s-nail") if not shutil.which(name)]
    assert not missing, f"sudo apt-get install {' '.join(missing)}"
    folder = Path(tempfile.mkdtemp(prefix="folkmoot-postfix-", dir="/tmp"))
    folder.chmod(0o755)  # Postfix's own users must come in
    try:
        postfix = Postfix(folder)
        run("postfix", "-c", postfix.config, "start")
        try:
            wait_until(lambda: answers(postfix.port), seconds=20)
            yield postfix
        finally:
            run("postfix", "-c", postfix.config, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(*command: object, code: int = 0, **options: object) -> str:
    options = {"stdin": subprocess.DEVNULL, "timeout": 60, **options}
    done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == code, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
