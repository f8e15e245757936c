"""CalDAV, as programs ask it."""

from base64 import b64encode
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.doors.calendars.operations import make_key
from folkmoot.groups.operations import leave
from folkmoot.kit.ical import read
from folkmoot.kit.zones import to_local
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import change_meeting, plan_series
from tests import make

D, C, S = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
DATA = "<d:prop><d:getetag/><c:calendar-data/></d:prop>"
BY = {"by": OPERATOR, "via": "test"}


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann):
    return make.group(ann, name="Tarn & Co")


@pytest.fixture
def ask(client, ann):
    secret = make_key(ann, name="Phone")[1]

    def asking(method, path, body="", *, depth="1", status=207, secret=secret, **headers):
        said = b64encode(f"ann@example.org:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {said}", "Depth": depth} | headers
        answer = client.generic(method, path, body, content_type="application/xml", headers=headers)
        assert answer.status_code == status, answer.content
        return ElementTree.fromstring(answer.content) if status == 207 else answer

    return asking


def question(kind, inside):
    spaces = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://calendarserver.org/ns/"'
    return f'<?xml version="1.0"?><{kind} {spaces}>{inside}</{kind}>'


def query(inside="", component="VEVENT"):
    names = (
        f'<c:comp-filter name="VCALENDAR"><c:comp-filter name="{component}">{inside}</c:comp-filter></c:comp-filter>'
    )
    return question("c:calendar-query", f"{DATA}<c:filter>{names}</c:filter>")


def hrefs(tree):
    return [one.find(f"{D}href").text for one in tree.iter(f"{D}response")]


def titles(tree):
    found = [read(one.text.encode()).entries[0].title for one in tree.iter(f"{C}calendar-data")]
    return sorted(found)


def test_nobody_comes_in_without_a_secret(client, tarn, ask):
    for path in ("/dav/", "/dav/mine/", "/dav/groups/tarn/", "/dav/groups/nothing/"):
        answer = client.generic("PROPFIND", path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
        ask("PROPFIND", path, secret="wrong", status=401)
    for wrong in ("Basic", "Basic !!!", "Basic /w==", "Bearer x"):
        assert client.generic("PROPFIND", "/dav/", headers={"Authorization": wrong}).status_code == 401


def test_a_program_finds_ones_calendars(client, tarn, ask):
    make.group(slug="other")

    moved = client.generic("PROPFIND", "/.well-known/caldav")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/dav/")
    home = ask("PROPFIND", "/dav/", question("d:propfind", "<d:prop><c:calendar-home-set/></d:prop>"), depth="0")
    assert [one.find(f"{D}href").text for one in home.iter(f"{C}calendar-home-set")] == ["/dav/"]
    tree = ask("PROPFIND", "/dav/", question("d:propfind", "<d:prop><d:resourcetype/><d:displayname/></d:prop>"))
    assert hrefs(tree) == ["/dav/", "/dav/mine/", "/dav/groups/tarn/"]
    assert [one.text for one in tree.iter(f"{D}displayname")] == ["Ann", "Meetings of my groups", "Tarn & Co"]


def test_what_is_not_known_is_said_to_be_missing(tarn, ask):
    tree = ask(
        "PROPFIND", "/dav/mine/", question("d:propfind", '<d:prop><x:y xmlns:x="http://x"/></d:prop>'), depth="0"
    )

    assert [one.text for one in tree.iter(f"{D}status")] == ["HTTP/1.1 404 Not Found"]
    assert len(list(tree.iter("{http://x}y"))) == 1


def test_files_are_listed_fetched_and_not_sent_again(tarn, ask):
    make.meeting(tarn, title="Cheese")
    series = plan_series(tarn, title="Open hour", starts=to_local(now() + timedelta(days=3), "UTC"), zone="UTC",
                         rule="FREQ=WEEKLY;COUNT=3", **BY)  # fmt: skip
    change_meeting(series.meetings.order_by("slot")[1], title="Special", **BY)

    tree = ask("PROPFIND", "/dav/groups/tarn/", question("d:propfind", "<d:prop><d:getetag/></d:prop>"))
    folder, *files = hrefs(tree)
    assert (folder, len(files)) == ("/dav/groups/tarn/", 2)
    many = ask("REPORT", "/dav/groups/tarn/", question("c:calendar-multiget", DATA + "".join(
        f"<d:href>{one}</d:href>" for one in [*files, "/dav/groups/tarn/gone.ics"])))  # fmt: skip
    assert titles(many) == ["Cheese", "Open hour"]
    assert [one.text for one in many.iter(f"{D}status")][-1] == "HTTP/1.1 404 Not Found"
    one = ask("GET", files[1], status=200)
    assert [entry.title for entry in read(one.content).entries] == ["Open hour", "Special"]
    ask("GET", files[1], status=304, **{"If-None-Match": one.headers["ETag"]})
    ask("GET", "/dav/groups/tarn/gone.ics", status=404)


def test_what_is_asked_for_many_times_is_sent_once(tarn, ask):
    make.meeting(tarn, title="Cheese")
    make.meeting(tarn, title="Wine")
    folder = "/dav/groups/tarn/"
    one, other = hrefs(ask("PROPFIND", folder, question("d:propfind", "<d:prop><d:getetag/></d:prop>")))[1:]
    named = [one, other, one, f"{other}?again", one.replace("ics", "%69cs"), f"{folder}gone.ics", f"{folder}gone.ics"]
    data = "<d:prop>" + "<c:calendar-data/>" * 50 + "</d:prop>"

    body = data + "".join(f"<d:href>{href}</d:href>" for href in named)
    tree = ask("REPORT", folder, question("c:calendar-multiget", body))

    assert hrefs(tree) == [one, other, f"{folder}gone.ics"]
    assert titles(tree) == ["Cheese", "Wine"]


def test_a_query_finds_what_takes_place_then(tarn, ask):
    make.meeting(tarn, title="Soon", starts_in=timedelta(days=2))
    make.meeting(tarn, title="Late", starts_in=timedelta(days=40))
    plan_series(tarn, title="Weekly", starts=to_local(now() + timedelta(days=3), "UTC"), zone="UTC",
                rule="FREQ=WEEKLY", **BY)  # fmt: skip

    def between(start, end):
        moments = [f"{now() + timedelta(days=days):%Y%m%dT%H%M%SZ}" for days in (start, end)]
        return titles(ask("REPORT", "/dav/mine/", query('<c:time-range start="{}" end="{}"/>'.format(*moments))))

    assert titles(ask("REPORT", "/dav/mine/", query())) == ["Late", "Soon", "Weekly"]
    assert between(1, 2.5) == ["Soon"]
    assert between(9, 11) == ["Weekly"]
    assert between(4, 5) == []
    assert between(39, 41) == ["Late"] or between(36, 41) == ["Late", "Weekly"]
    assert titles(ask("REPORT", "/dav/mine/", query(component="VTODO"))) == []


def test_a_program_hears_whether_anything_has_changed(tarn, ask):
    make.meeting(tarn)

    def sync(token, **more):
        body = question(
            "d:sync-collection", f"<d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level>{DATA}"
        )
        return ask("REPORT", "/dav/mine/", body, **more)

    first = sync("")
    token = first.find(f"{D}sync-token").text
    assert len(hrefs(first)) == 1
    assert hrefs(sync(token)) == []
    make.meeting(tarn)
    assert b"valid-sync-token" in sync(token, status=403).content
    tags = question("d:propfind", "<d:prop><s:getctag/></d:prop>")
    [tag] = ask("PROPFIND", "/dav/mine/", tags, depth="0").iter(f"{S}getctag")
    make.meeting(tarn)
    assert tag.text != next(ask("PROPFIND", "/dav/mine/", tags, depth="0").iter(f"{S}getctag")).text


def test_nothing_is_written(tarn, ask):
    meeting = make.meeting(tarn)
    [_folder, file] = hrefs(ask("PROPFIND", "/dav/mine/"))

    for method in ("PUT", "DELETE", "PROPPATCH", "MKCALENDAR", "POST"):
        answer = ask(method, file, status=403)
        assert answer.headers["Allow"] == "OPTIONS, GET, HEAD, PROPFIND, REPORT"
    assert ask("OPTIONS", file, status=200).headers["DAV"] == "1, 3, calendar-access"
    assert Meeting.objects.get() == meeting


def test_whoever_left_or_was_locked_out_reads_nothing_more(ann, ask):
    inside = make.group(ann, slug="inside", visibility="hidden")
    make.meeting(inside, title="Secret")
    assert titles(ask("REPORT", "/dav/mine/", query())) == titles(ask("REPORT", "/dav/groups/inside/", query()))

    leave(ann.memberships.get(), via="test")
    assert titles(ask("REPORT", "/dav/mine/", query())) == []
    ask("REPORT", "/dav/groups/inside/", query(), status=404)
    Person.objects.filter(pk=ann.pk).update(is_active=False)
    ask("PROPFIND", "/dav/", status=401)


LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'


@pytest.mark.parametrize(
    "body",
    [
        "x",
        "<a>",
        LAUGHS,
        LAUGHS.encode("utf-16"),
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        "<a>" * 50 + "</a>" * 50,
        "<a>" + "<b/>" * 6_000 + "</a>",
        "<a>" + " " * 300_000 + "</a>",
    ],
)
def test_what_is_no_question_is_refused(tarn, ask, body):
    for path in ("/dav/", "/dav/mine/"):
        ask("PROPFIND", path, body, status=400)


def test_a_report_that_we_do_not_know_is_refused(tarn, ask):
    ask("REPORT", "/dav/mine/", question("c:free-busy-query", ""), status=400)
    ask("REPORT", "/dav/mine/", query('<c:time-range start="soon"/>'), status=400)
