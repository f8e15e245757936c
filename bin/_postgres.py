"""A PostgreSQL of our own in a temporary folder, on a Unix socket, gone when the tests are."""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from urllib.parse import quote

from _setup import give_up, install_packages, run

FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200", "log_min_messages=fatal"]


def folder_of_programs():
    """Where initdb and postgres are. Debian keeps them off the PATH, one folder per version."""
    versions = glob.glob("/usr/lib/postgresql/*/bin")
    on_path = os.path.dirname(os.path.realpath(shutil.which("initdb") or "/nowhere/initdb"))
    for folder in [on_path, *sorted(versions, key=lambda path: -float(path.split("/")[-2]))]:
        if all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "pg_ctl", "postgres")):
            return folder
    return None


def find_or_install():
    if not folder_of_programs():
        install_packages(["postgresql"], "PostgreSQL, which the tests run on too,")
    return folder_of_programs() or give_up("PostgreSQL's initdb is not on the PATH; put its folder there.")


@contextmanager
def server():
    """Run one and yield its address."""
    programs, user = find_or_install(), unprivileged_user()
    folder = tempfile.mkdtemp(prefix="folkmoot-pg-", dir="/tmp")  # a socket's path may have 107 letters at most
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    data = os.path.join(folder, "data")
    try:
        start(programs, folder, data, user)
        yield "postgres://folkmoot@%s:5432/folkmoot" % quote(folder, safe="")
    finally:
        run([programs + "/pg_ctl", "stop", "-D", data, "-m", "immediate", "-w"], cwd=folder, **as_user(user))
        shutil.rmtree(folder, ignore_errors=True)


def start(programs, folder, data, user):
    options = ["-c listen_addresses=", "-c unix_socket_directories=" + folder, *("-c " + one for one in FAST)]
    initdb = [programs + "/initdb", "-D", data, "-U", "folkmoot", "-A", "trust", "-E", "UTF8", "--no-sync"]
    pg_ctl = [programs + "/pg_ctl", "start", "-D", data, "-w", "-s", "-l", os.path.join(folder, "log")]
    done = run([*initdb, "--locale", "C.UTF-8"], cwd=folder, **as_user(user))
    if done.returncode:
        shutil.rmtree(data, ignore_errors=True)
        done = run([*initdb, "--locale", "C"], cwd=folder, **as_user(user))
    if done.returncode:
        give_up(done.stdout.decode(), "PostgreSQL could not be set up in %s; see above." % folder)
    if run([*pg_ctl, "-o", " ".join(options)], cwd=folder, **as_user(user)).returncode:
        give_up(
            run(["tail", "-n", "20", os.path.join(folder, "log")]).stdout.decode(),
            "PostgreSQL could not be started; see above.",
        )
    subprocess.run([programs + "/createdb", "-h", folder, "-U", "folkmoot", "folkmoot"], check=True, **as_user(user))


def unprivileged_user():
    """PostgreSQL refuses to run as root: who it runs as then."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def as_user(user):
    if not user:
        return {}
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
