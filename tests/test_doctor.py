"""What the doctor finds and advises: on this machine, in the mail, in the DNS."""

import json
import socketserver
import stat
import threading
from contextlib import contextmanager
from datetime import timedelta

import dns.flags
import dns.message
import dns.rdatatype
import dns.resolver
import dns.rrset
import pytest
from django.utils.timezone import now

from folkmoot.config.doctor import examine, machine, mail, names, report, running
from folkmoot.config.doctor.finding import Finding
from folkmoot.doors.mail.models import DeferredCopy, HeldLetter, IncomingLetter, Mailing, OutgoingLetter, RawLetter
from tests import database, make, sink
from tests.processes.running import Installation, free_port

GOOD = {
    ("groups.example.", "MX"): ["10 mail.groups.example."],
    ("groups.example.", "TXT"): ['"something else"', '"v=spf1 mx -all"'],
    ("mail._domainkey.groups.example.", "TXT"): ['"v=DKIM1; k=rsa; " "p=MIIB"'],
    ("_dmarc.groups.example.", "TXT"): ['"v=DMARC1; p=none"'],
    ("mail.groups.example.", "A"): ["192.0.2.7"],
    ("7.2.0.192.in-addr.arpa.", "PTR"): ["mail.groups.example."],
}


@contextmanager
def name_server(records, *, is_silent=False):
    """A name server of our own, and a resolver that asks it."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            question = dns.message.from_wire(self.request[0])
            asked = question.question[0]
            answer = dns.message.make_response(question)
            answer.flags |= dns.flags.RA
            found = records.get((asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)))
            if found:
                answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", asked.rdtype, *found))
            if not is_silent:
                self.request[1].sendto(answer.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.server_address[1]
        yield resolver
        server.shutdown()


@pytest.fixture
def host(settings):
    settings.HOST, settings.SITE = "groups.example", "https://groups.example"
    return settings.HOST


def states(findings):
    return {one.name: one.state for one in findings}


def records(published, selector="", **options):
    with name_server(published, **options) as resolver:
        return list(names.records(selector, resolver))


@pytest.mark.usefixtures("host")
def test_a_domain_whose_records_are_there_is_well():
    assert states(records(GOOD)) == dict.fromkeys(["dns.mx", "dns.spf", "dns.dkim", "dns.dmarc", "dns.ptr"], "ok")


@pytest.mark.usefixtures("host")
def test_what_is_missing_is_told_as_the_record_to_publish():
    found = {one.name: one for one in records({})}

    assert states(found.values()) == {
        "dns.mx": "broken",
        "dns.spf": "warning",
        "dns.dkim": "warning",
        "dns.dmarc": "warning",
    }
    assert found["dns.mx"].mend == "groups.example. IN MX 10 groups.example."
    assert found["dns.spf"].mend == 'groups.example. IN TXT "v=spf1 mx -all"'
    assert '_dmarc.groups.example. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@groups.example"' in (
        found["dns.dmarc"].mend
    )
    assert 'folkmoot._domainkey.groups.example. IN TXT "v=DKIM1;' in found["dns.dkim"].mend


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("changed", "name", "state", "words"),
    [
        ({("groups.example.", "TXT"): ['"v=spf1 mx -all"', '"v=spf1 a -all"']}, "dns.spf", "broken", "two SPF"),
        ({("groups.example.", "TXT"): ['"v=spf1 +all"']}, "dns.spf", "broken", "lets everybody send"),
        ({("mail._domainkey.groups.example.", "TXT"): ['"v=DKIM1; p="']}, "dns.dkim", "broken", "revoked"),
        ({("7.2.0.192.in-addr.arpa.", "PTR"): []}, "dns.ptr", "warning", "has no name"),
        ({("7.2.0.192.in-addr.arpa.", "PTR"): ["vm7.example."]}, "dns.ptr", "warning", "is called vm7.example"),
        ({("mail.groups.example.", "A"): []}, "dns.mx", "broken", "which has no address"),
        ({("groups.example.", "MX"): [], ("groups.example.", "A"): ["192.0.2.7"]}, "dns.mx", "warning", "no MX record"),
    ],
)
def test_what_is_wrong_is_named(changed, name, state, words):
    found = {one.name: one for one in records(GOOD | changed)}[name]

    assert (found.state, words in found.words) == (state, True), found


@pytest.mark.usefixtures("host")
def test_the_key_is_looked_for_where_one_says():
    assert states(records(GOOD, "spring"))["dns.dkim"] == "broken"
    assert states(records(GOOD | {("spring._domainkey.groups.example.", "TXT"): ['"p=MIIB"']}, "spring"))[
        "dns.dkim"
    ] == ("ok")


def test_a_subdomain_has_its_policy_from_the_domain_above(settings):
    settings.HOST = "lists.groups.example"

    assert "groups.example: v=DMARC1" in {one.name: one.words for one in records(GOOD)}["dns.dmarc"]


def test_a_provider_looks_after_the_names_of_its_own_servers(host, settings):
    settings.SMTP_URL = "smtp://mail.provider.example:587"

    found = {one.name: one for one in records({key: GOOD[key] for key in GOOD if key[1] != "TXT"})}

    assert "dns.ptr" not in found
    assert "include:" in found["dns.spf"].mend


@pytest.mark.usefixtures("host")
def test_where_no_name_server_answers_it_says_so_and_nothing_is_broken(monkeypatch):
    monkeypatch.setattr(names, "ANSWERS_IN", 0.2)

    found = records({}, is_silent=True)

    assert states(found) == {"dns": "warning"}


def test_a_laptop_is_told_that_no_letter_can_come():
    found = list(names.site())

    assert states(found) == {"host": "warning"}
    assert "no letter from outside can come" in found[0].words
    assert list(names.records()) == []


def test_a_site_without_encryption_and_with_debugging_is_named(host, settings):
    settings.SITE, settings.DEBUG = "http://groups.example", True

    assert states(names.site()) == {"host": "ok", "site": "warning", "site.debug": "broken"}


def test_a_mail_server_that_would_take_a_letter_is_well_and_gets_none(settings):
    with sink.running() as server:
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"

        assert states(mail.mail_out()) == {"mail out": "ok"}
        assert server.letters == []


def test_a_mail_server_that_refuses_our_own_domain_is_named_with_its_words(settings):
    with sink.running() as server:
        server.answer = lambda recipient: "554 5.7.1 relay access denied"
        settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"

        (found,) = mail.mail_out()

    assert (found.state, "554 5.7.1 relay access denied" in found.words) == ("broken", True)


def test_a_mail_server_that_is_not_there_is_named(settings):
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"

    (found,) = mail.mail_out()

    assert (found.state, "does not let us connect" in found.words) == ("broken", True)


def test_without_a_mail_server_it_says_where_the_letters_are(settings):
    (found,) = mail.mail_out()

    assert (found.state, str(settings.OUTGOING) in found.words) == ("warning", True)


def test_who_is_believed_about_forged_senders(settings):
    raw = make.letter(Authentication_Results="mx.groups.example; dmarc=pass")
    RawLetter.objects.create(raw=raw)

    (nobody,) = mail.trust()
    settings.AUTHSERV_ID = "other.example"
    (wrong,) = mail.trust()
    settings.AUTHSERV_ID = "mx.groups.example"
    (right,) = mail.trust()

    assert [one.state for one in (nobody, wrong, right)] == ["warning", "warning", "ok"]
    assert "FOLKMOOT_AUTHSERV_ID=mx.groups.example" in nobody.mend
    assert "mx.groups.example" in wrong.words


def test_letters_that_wait_fail_or_are_held_are_counted():
    group = make.group(make.person("Ann"))
    raw = RawLetter.objects.create(raw=make.letter(), came_at=now() - timedelta(days=5))
    IncomingLetter.objects.create(letter=raw, recipient="tarn@localhost", outcome="failed")
    incoming = IncomingLetter.objects.create(letter=raw, recipient="tarn@localhost", outcome="held")
    HeldLetter.objects.create(
        incoming=incoming, group=group, title="x", reason="unknown", held_at=now() - timedelta(days=4)
    )

    found = {one.name: one for one in mail.letters_in()}

    assert states(found.values()) == {"letters.failed": "broken", "letters.held": "warning"}
    assert found["letters.held"].mend.endswith("/g/tarn/manage/held")


def test_work_that_nobody_does_is_noticed():
    make.group(make.person("Ann"))
    assert states(mail.waiting())["backlog"] == "ok"

    raw = RawLetter.objects.create(raw=make.letter(), came_at=now() - timedelta(hours=1))
    IncomingLetter.objects.create(letter=raw, recipient="tarn@localhost")

    assert states(mail.waiting())["backlog"] == "broken"


def test_letters_that_the_mail_server_does_not_take_are_shown_with_its_words():
    assert states(mail.letters_out()) == {"letters.out": "ok"}

    post = make.topic(make.group(make.person("Ann"))).posts.get()
    OutgoingLetter.objects.create(recipient="a@example.org", raw=b"", error="550 no such user", given_up_at=now())
    member = post.channel.group.memberships.order_by("pk")[0]
    copy = {"mailing": Mailing.objects.create(post=post), "membership": member, "due_at": now(), "error": "450 later"}
    DeferredCopy.objects.create(**copy)

    (found,) = mail.letters_out()

    assert (found.state, "1 are tried again, 1 were given up" in found.words) == ("warning", True)
    assert "550 no such user" in found.words


def test_a_folder_that_others_may_read_is_named_with_the_command(settings, tmp_path):
    settings.HOME = tmp_path
    tmp_path.chmod(0o755)
    (tmp_path / "secret").write_text("x")
    (tmp_path / "secret").chmod(0o644)

    found = {one.name: one for one in machine.folders()}

    assert (found["folder"].state, found["folder"].mend) == ("warning", f"chmod 700 {tmp_path}")
    assert found["folder.secret"].state == "broken"

    tmp_path.chmod(stat.S_IRWXU)
    assert {one.name: one for one in machine.folders()}["folder"].state == "ok"


def test_a_time_zone_that_nobody_knows_is_named():
    make.group(make.person("Ann"), time_zone="Atlantis/Capital")

    assert "Atlantis/Capital" in {one.name: one for one in machine.time_zones()}["time zones.known"].words


def test_processes_that_do_not_answer_are_named(settings):
    settings.WEB = settings.LMTP = ("127.0.0.1", free_port())

    assert states([*running.web(), *running.mail_in()]) == {"web": "broken", "lmtp": "broken"}


def test_the_report_has_a_line_for_each_check_and_the_worst_of_them():
    findings = [Finding("a", "ok", "fine"), Finding("b", "warning", "so so", "mend it\nlike this")]

    lines = report.as_words(findings).splitlines()

    assert lines[:4] == ["✓ ok      a  fine", "! warning b  so so", f"{'':12}mend it", f"{'':12}like this"]
    assert lines[-1] == "2 checks: 1 ok, 1 warnings, 0 broken."
    assert report.as_dict(findings)["state"] == "warning"
    assert not report.is_broken(findings)


def test_an_examination_writes_nothing(settings):
    settings.WEB = settings.LMTP = ("127.0.0.1", free_port())

    assert "broken" in {one.state for one in examine(dns=False)}

    assert not RawLetter.objects.exists()
    assert not OutgoingLetter.objects.exists()


@pytest.mark.processes
@pytest.mark.timeout(180)
def test_a_running_installation_is_well_from_door_to_door(tmp_path):
    tmp_path.chmod(0o700)
    with database.of_its_own("doctor") as address, Installation(tmp_path, database_url=address).serving() as place:
        place.command("backup", str(tmp_path / "backup.tar.gz"))
        found = place.command("doctor", "--send", "ann@example.org")

    assert states(Finding(**one) for one in found["checks"]) == {
        **dict.fromkeys(["database", "database.tables", "database.writing", "database.whole"], "ok"),
        **dict.fromkeys(["folder", "folder.room", "time zones", "backup", "web", "lmtp", "worker"], "ok"),
        **dict.fromkeys(["backlog", "letters.held", "letters.out", "sending"], "ok"),
        **dict.fromkeys(["mail out", "senders", "host"], "warning"),
    }
    assert json.dumps(found)
