"""What holds for every test."""

import ipaddress
import os
import socket
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

pytest_plugins = ["tests.browser"]

HERE = Path(__file__).parent
WITHOUT_DATABASE = [HERE / "folkmoot/kit", HERE / "tests/test_house.py"]


def pytest_addoption(parser):
    parser.addoption("--corpora", metavar="FOLDER", help="run tests/corpora too, on the files in FOLDER")
    parser.addoption("--calendar-programs", metavar="FOLDER", help="run the tests with vdirsyncer and khal in FOLDER")
    parser.addoption("--histories", metavar="N", type=int, default=5, help="what may happen to meetings, by chance")
    parser.addoption("--postfix", action="store_true", help="run the tests that talk to a Postfix, too")


def pytest_configure(config):
    hypothesis.settings.register_profile("ours", deadline=None)  # a busy machine is no bug
    hypothesis.settings.load_profile("ours")
    folder = config.getoption("--corpora")
    if folder and not Path(folder).is_dir():
        raise pytest.UsageError(f"--corpora: there is no folder {folder}")
    keep_sqlite_in_a_file()
    serve_static_files_as_they_are()
    stay_on_this_machine()


def pytest_ignore_collect(collection_path, config):
    if collection_path == HERE / "tests/corpora" and not config.getoption("--corpora"):
        return True
    return None


def pytest_itemcollected(item):
    """Every test may use the database; those of pure functions do without and start faster."""
    if not any(item.path.is_relative_to(place) for place in WITHOUT_DATABASE):
        item.add_marker(pytest.mark.django_db, append=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    out = [item for item in items if is_left_out(item, config)]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in set(out)]


def is_left_out(item, config):
    if item.get_closest_marker("postfix") and not config.getoption("--postfix"):
        return True
    if item.get_closest_marker("calendar_programs") and not config.getoption("--calendar-programs"):
        return True
    on_postgres = os.environ.get("FOLKMOOT_DATABASE_URL")  # most corpora tests ask nothing of it: once is enough
    return bool(on_postgres and item.get_closest_marker("corpora") and not item.get_closest_marker("database"))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    return no_excuses((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector):
    return no_excuses((yield))


def no_excuses(report):
    """A test that can't run fails: skipped and expected to fail are no answers."""
    if report.skipped:
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"A test that can't run fails. {getattr(report, 'wasxfail', None) or why}"
        report.__dict__.pop("wasxfail", None)
    return report


def keep_sqlite_in_a_file():
    """As it is in life, with WAL and a queue of writers; one in memory would have neither."""
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        database.setdefault("TEST", {})["NAME"] = str(settings.HOME / "test.sqlite3")


def serve_static_files_as_they_are():
    """No collected copies with hashed names: pages are tested without `collectstatic`."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True


def stay_on_this_machine():
    """Tests never reach the network."""
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, guarded(getattr(socket.socket, name)))


def guarded(send):
    def only_here(self, *arguments):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_here(arguments[-1][0]):
            raise AssertionError(f"A test tried to reach {arguments[-1][0]}; tests never reach the network.")
        return send(self, *arguments)

    return only_here


def is_here(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"localhost", ""}


@pytest.fixture
def corpora(request):
    """The corpora folder, as given with --corpora."""
    folder = request.config.getoption("--corpora")
    assert folder, "Run as: bin/test --corpora FOLDER"
    return Path(folder).resolve()
