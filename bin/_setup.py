"""Make .venv and keep it as requirements/*.txt say. Needs nothing but python3.

Written so that an old python3 can read it too, to say that it is too old.
"""

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager

OLDEST = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")


def say(line):
    print(line, file=sys.stderr, flush=True)


def give_up(*lines):
    for line in lines:
        say(line)
    sys.exit(1)


def setup(name):
    """See that everything in requirements/<name>.txt is installed. Costs next to nothing when it is."""
    if is_done(name):
        return
    use_a_python_that_is_new_enough()
    with one_at_a_time():
        if not is_done(name):
            check_that_we_may_write()
            if not has_venv():
                make_venv()
            install(name)


def in_venv(name):
    """Set up, and go on in the Python of .venv. Returns at once when that is where we are."""
    setup(name)
    if os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        os.execv(PYTHON, [PYTHON, "-B", *sys.argv])


def is_done(name):
    """The stamp is a copy of the list that was installed."""
    try:
        return os.access(PYTHON, os.X_OK) and read(requirements(name)) == read(stamp(name))
    except OSError:
        return False


def requirements(name):
    return os.path.join(ROOT, "requirements", name + ".txt")


def stamp(name):
    return os.path.join(VENV, ".folkmoot-" + name)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def use_a_python_that_is_new_enough():
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)
        if newer:
            os.execv(newer, [newer, *sys.argv])
    give_up(
        "Folkmoot needs Python %d.%d or newer; this python3 is %d.%d." % (OLDEST + sys.version_info[:2]),
        "Install a newer one (Debian 12 and Ubuntu 24.04 have it) so that `python3` or `python3.12` finds it.",
    )


@contextmanager
def one_at_a_time():
    """The lock is on this file itself: nothing to leave behind, and it goes when the process does."""
    with open(os.path.realpath(__file__)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("Waiting for another setup to finish")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def check_that_we_may_write():
    place = VENV if os.path.isdir(VENV) else ROOT
    if not os.access(place, os.W_OK):
        give_up("%s is not yours to write. Run this once as the user it belongs to." % place)


def has_venv():
    """Whole, not the rest of one that was interrupted or whose Python went away."""
    return os.access(PYTHON, os.X_OK) and run([PYTHON, "-I", "-c", "import pip"]).returncode == 0


def make_venv():
    say("Making .venv (once)")
    if importlib.util.find_spec("ensurepip") is None:
        install_packages(["python3-venv"], "Python's own venv module")
    # by its full name, python3.11 and not python3: when the system moves on to the next one, we see that it is gone
    made = run([os.path.realpath(sys.executable), "-m", "venv", "--clear", VENV])
    if made.returncode:
        give_up(made.stdout.decode(), "Could not make .venv with %s -m venv; see above." % sys.executable)


def install(name):
    wanted = len(re.findall(rb"^[\w.\[\]-]+==", read(requirements(name)), re.MULTILINE))
    say("Installing %d packages (once, about %d s)" % (wanted, 20 if name == "core" else 30))
    began = time.time()
    arguments = ["install", "--quiet", "--require-hashes", "-r", requirements(name)]
    if not with_uv(arguments):
        done = run([PYTHON, "-I", "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments])
        if done.returncode:
            give_up(done.stdout.decode(), "Could not install requirements/%s.txt; see above." % name)
    leave_stamps(name)
    say("Installed in %d s" % (time.time() - began))


def with_uv(arguments):
    """uv is faster but does not read pip's configuration: where it fails, pip may still succeed."""
    uv = shutil.which("uv", path=os.environ.get("PATH", os.defpath) + os.pathsep + os.path.join(VENV, "bin"))
    return uv and run([uv, "pip", *arguments, "--python", PYTHON]).returncode == 0


def leave_stamps(name):
    """dev.txt holds all of core.txt, in the same versions."""
    for done in ["core", "dev"] if name == "dev" else ["core"]:
        shutil.copyfile(requirements(done), stamp(done) + ".new")
        os.replace(stamp(done) + ".new", stamp(done))


def install_packages(names, what):
    """Install Debian packages if we may; otherwise say what to do."""
    command = ["apt-get", "install", "-y", "--no-install-recommends", *names]
    if not shutil.which("apt-get"):
        give_up("%s is missing, and there is no apt-get here. Install what Debian calls: %s" % (what, " ".join(names)))
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if before and (not shutil.which("sudo") or run([*before, "true"]).returncode):
        give_up("%s is missing. Install it with:" % what, "  sudo " + " ".join(command))
    say("%s is missing; running: %s" % (what, " ".join([*before, *command])))
    quiet = [*before, "env", "DEBIAN_FRONTEND=noninteractive"]
    run([*quiet, "apt-get", "update", "-q"])
    done = run([*quiet, *command])
    if done.returncode:
        give_up(done.stdout.decode(), "%s could not be installed; see above." % what)


def run(command, **options):
    """Run it quietly; the caller looks at how it went, and shows what it said when that matters."""
    options.update(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return subprocess.run(command, check=False, **options)


def environment(**more):
    """Our package is found wherever one stands."""
    paths = [ROOT, os.environ.get("PYTHONPATH", "")]
    return dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, paths)), **more)


if __name__ == "__main__":
    setup(sys.argv[1])
