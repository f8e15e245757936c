import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import change_installation, make_organization, settle_affiliations
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import Invitation, MemberField, Membership, MemberValue
from folkmoot.groups.operations import (
    deny,
    found,
    import_members,
    leave,
    limit,
    make_rule,
    name_side,
    rehearse_import,
    remove_member,
)
from folkmoot.groups.operations.importing import MOST_TAKEN_IN_A_DAY
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make

LIST = (
    "Name;E-Mail;Mitglied seit;Zustellung;Ort\nJürgen Groß;jg@example.net;3.4.2015;keine;Köln\nÅsa;asa@example.net;;;\n"
)


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    return make.group(owner=olga)


def bring(group, raw, *, are_agreed=True, by=OPERATOR, **more):
    return import_members(group, raw, are_agreed=are_agreed, by=by, via="test", **more)


def told(report):
    return [(fate.entry.line, fate.outcome.value) for fate in report.fates]


def text(response):
    return response.content.decode()


def test_people_of_a_list_become_members_as_the_list_says(group, olga):
    before = group.access_version

    report = bring(group, LIST.encode("cp1252"), by=olga)

    assert told(report) == [(2, "added"), (3, "added")]
    jg = Membership.objects.get(group=group, person__name="Jürgen Groß")
    assert (jg.address.email, jg.mail, jg.arrived_by) == ("jg@example.net", "none", "imported")
    assert f"{jg.joined_at:%Y-%m-%d}" == "2015-04-03"
    assert Membership.objects.get(group=group, person__name="Åsa").mail == "each"
    assert not jg.address.verified
    joined = Event.objects.filter(kind="member.joined", subject_id=jg.pk).get()
    assert (joined.actor, joined.data) == (olga, {})
    noted = group.history.get(kind="members.imported")
    assert (noted.by, noted.facts["count"]) == (olga, 2)
    group.refresh_from_db()
    assert group.access_version != before


def test_a_rehearsal_says_the_same_and_writes_nothing(group, olga):
    events = Event.objects.count()

    told_before = told(rehearse_import(group, LIST, are_agreed=True, by=olga))

    assert Membership.objects.filter(group=group).count() == 1
    assert Event.objects.count() == events
    assert told_before == told(bring(group, LIST, by=olga))


def test_doing_it_again_changes_nothing(group):
    bring(group, LIST)

    assert told(bring(group, LIST)) == [(2, "kept"), (3, "kept")]
    assert Membership.objects.filter(group=group).count() == 3


def test_who_has_not_agreed_is_invited_and_is_no_member(group, olga):
    report = bring(group, LIST, are_agreed=False, by=olga)

    assert told(report) == [(2, "invited"), (3, "invited")]
    assert Membership.objects.filter(group=group).count() == 1
    assert set(Invitation.objects.values_list("address", "name", "invited_by")) == {
        ("jg@example.net", "Jürgen Groß", olga.pk),
        ("asa@example.net", "Åsa", olga.pk),
    }
    assert Event.objects.filter(kind="member.invited", actor=olga).count() == 2
    assert told(bring(group, LIST, are_agreed=False, by=olga)) == [(2, "waiting"), (3, "waiting")]


def test_whoever_left_was_removed_is_banned_or_said_no_is_not_brought_back(group, olga):
    people = {name: make.person(name) for name in ("Ann", "Bob", "Kim")}
    ann, bob = make.join(group, people["Ann"]), make.join(group, people["Bob"])
    leave(ann, via="test")
    remove_member(bob, by=olga, via="test")
    deny(people["Kim"], group=group, reason="Spam", by=olga, via="test")
    Invitation.objects.create(
        group=group, address="zoe@example.org", token="t", answered_at=now(), is_accepted=False, invited_by=olga
    )
    rows = "ann@example.org\nbob@example.org\nkim@example.org\nzoe@example.org\nnew@example.org\n"

    for are_agreed in (False, True):
        report = bring(group, rows, are_agreed=are_agreed, by=olga)
        assert [line for line, outcome in told(report) if outcome == "refused"] == [1, 2, 3, 4]
        assert all(str(fate.why) for fate in report.fates[:4])

    assert set(group.memberships.current().values_list("person__name", flat=True)) == {"Olga", "new"}


def test_what_a_list_fills_in_is_an_event_and_rules_look_at_it(group, olga):
    MemberField.objects.create(group=group, key="ort", label="Ort")
    team = found(founder=olga, name="Team", slug="team", parent=group, by=olga, via="test")
    make_rule(team, about="field", field=group.member_fields.get(), value="Bonn", by=olga, via="test")
    member = make.join(group, make.person("Ann"))
    make.join(group, make.person("Bob"))

    bring(group, "email;ort\nann@example.org;Bonn\nbob@example.org;\n", by=olga)
    drain(SUBSCRIBERS)

    described = Event.objects.get(kind="member.described")
    assert (described.subject_id, described.actor) == (member.pk, olga)
    assert set(team.memberships.current().values_list("person__name", flat=True)) == {"Olga", "Ann"}


def test_a_value_too_long_to_keep_is_named_and_the_member_comes_all_the_same(group, olga):
    MemberField.objects.create(group=group, key="ort", label="Ort")

    report = bring(group, f"email;ort\nnew@example.net;{'x' * 501}\n", by=olga)

    assert told(report) == [(2, "added")]
    assert "too long" in str(report.fates[0].entry.remark)
    assert not MemberValue.objects.exists()


def test_a_group_that_gets_full_takes_as_many_as_it_has_room_for(group, olga):
    change_installation(most_members=2, by=OPERATOR, via="test")
    rows = "new@example.net\nlate@example.net\n"

    told_before = told(rehearse_import(group, rows, are_agreed=True, by=olga))
    report = bring(group, rows, by=olga)

    assert told_before == told(report) == [(1, "added"), (2, "refused")]
    assert "full" in str(report.fates[1].why)
    assert group.memberships.current().count() == 2
    assert told(bring(group, rows, are_agreed=False, by=olga)) == [(1, "kept"), (2, "invited")]


def test_a_person_with_two_addresses_is_one(group):
    ann = make.person("Ann")
    ann.addresses.create(user=ann, email="ann@work.example", verified=True)

    report = bring(group, "ann@example.org\nANN@Example.org\nann@work.example\n")

    assert told(report) == [(1, "added"), (2, "same"), (3, "same")]
    assert group.memberships.filter(person=ann).count() == 1


def test_rows_that_are_nobody_are_named_with_line_and_reason(group, settings):
    report = bring(group, f"name,email\nAnn,\nBob,bob@\nUs,list@{settings.HOST}\nKim,kim@example.org\n")

    assert told(report) == [(2, "refused"), (3, "refused"), (4, "refused"), (5, "added")]
    assert "bob@" in str(report.fates[1].why)


def test_columns_fill_in_the_groups_fields_where_nothing_was_said(group):
    MemberField.objects.create(group=group, key="city", label="Ort")
    MemberField.objects.create(group=group, key="seats", label="Seats", kind="number")
    bring(group, LIST)
    report = bring(group, "email,ort,seats\njg@example.net,Bonn,many\nasa@example.net,Lund,3\n")

    assert told(report) == [(2, "kept"), (3, "filled")]
    assert "many" in str(report.fates[0].entry.remark)
    assert set(MemberValue.objects.values_list("membership__address__email", "field__key", "value")) == {
        ("jg@example.net", "city", "Köln"),
        ("asa@example.net", "city", "Lund"),
        ("asa@example.net", "seats", "3"),
    }


def test_a_list_gives_no_role(group):
    report = bring(group, "Email address,Group status\nann@example.net,owner\n")

    assert told(report) == [(2, "added")]
    assert "owner" in str(report.fates[0].entry.remark)
    assert not group.memberships.get(address__email="ann@example.net").grants.exists()


def test_who_may_not_add_members_can_neither_rehearse_nor_do_it(group):
    ann = make.person("Ann")
    make.join(group, ann)

    for act in (lambda: bring(group, LIST, by=ann), lambda: rehearse_import(group, LIST, are_agreed=True, by=ann)):
        with pytest.raises(NotAllowed):
            act()

    assert not Person.objects.filter(name="Åsa").exists()
    assert not group.history.filter(kind="members.imported").exists()


def test_one_person_takes_in_so_many_a_day_and_the_others_are_named(group, olga):
    make.join(group, make.person("Ann"))
    Event.objects.bulk_create(
        Event(kind="member.joined", subject_id=1, actor=olga, via="test") for _ in range(MOST_TAKEN_IN_A_DAY - 1)
    )

    assert told(bring(group, LIST, by=olga)) == [(2, "added"), (3, "refused")]
    Event.objects.filter(actor=olga).update(at=now() - timedelta(days=2))
    assert told(bring(group, LIST, by=olga)) == [(2, "kept"), (3, "added")]


def test_a_group_for_one_side_takes_only_those(group, olga):
    company = make_organization(name="Acme", domains=["acme.example"], by=OPERATOR, via="test")
    olga.addresses.create(user=olga, email="olga@acme.example", verified=True)
    settle_affiliations(olga, via="test")
    name_side(group, company, side="inside", by=olga, via="test")
    limit(group, for_whom="insiders", by=olga, via="test")

    assert told(bring(group, LIST)) == [(2, "refused"), (3, "refused")]


def test_a_list_that_is_too_large_is_refused_with_words(group):
    with pytest.raises(Refused, match="20000 rows"):
        bring(group, "a@example.org\n" * 20_020)
    with pytest.raises(Refused, match="MB"):
        bring(group, b"x" * 5_000_000)


def test_ten_thousand_come_in_with_few_questions(group, django_assert_max_num_queries):
    rows = "name,email\n" + "".join(f"P {n},p{n}@example.net\n" for n in range(800))

    with django_assert_max_num_queries(120):
        bring(group, rows)

    assert group.memberships.current().count() == 801


@pytest.mark.parametrize("do", [import_members, rehearse_import])
def test_who_looks_on_is_told_how_far_it_has_come(group, do):
    rows = "name,email\n" + "".join(f"P {n},p{n}@example.net\n" for n in range(1_000))
    told = []
    how = {"via": "test"} if do is import_members else {}

    do(group, rows, are_agreed=True, watch=lambda done, total: told.append((done, total)), by=OPERATOR, **how)

    assert told == [(400, 1_000), (400, 1_000), (200, 1_000)]


# By page


def test_a_file_is_shown_first_and_brought_then(client, group, olga):
    client.force_login(olga)
    file = SimpleUploadedFile("people.csv", LIST.encode("utf-16"), "text/csv")

    page = text(client.post("/g/tarn/manage/members/import", {"file": file, "how": "add"}))

    assert "asa@example.net" in page
    assert "Nothing has been changed yet." in page
    assert page.count("multipart/form-data") == 1  # what is sent again is no longer than the file was
    assert group.memberships.count() == 1
    done = client.post("/g/tarn/manage/members/import", {"people": LIST, "how": "add", "act": "import"})
    assert "Done." in text(done)
    assert group.memberships.current().count() == 3


def test_all_rows_are_a_file_that_no_table_program_runs(client, group, olga):
    client.force_login(olga)

    answer = client.post(
        "/g/tarn/manage/members/import",
        {"people": "name,email\n=1+1,ann@example.net\n,x\n", "how": "add", "act": "file"},
    )

    rows = list(csv.reader(io.StringIO(text(answer))))
    assert rows[0] == ["line", "address", "name", "outcome", "why"]
    assert [row[2][:5] for row in rows[1:]] == ["'=1+1", "x"]
    assert group.memberships.count() == 1


def test_nothing_chosen_and_too_much_come_back_with_words(client, group, olga):
    client.force_login(olga)

    nothing = client.post("/g/tarn/manage/members/import", {"how": "add"})
    much = client.post("/g/tarn/manage/members/import", {"how": "add", "people": "a@example.org\n" * 20_020})

    assert (nothing.status_code, much.status_code) == (422, 422)
    assert "Choose a file" in text(nothing)
    assert "At most 20000 rows" in text(much)


def test_only_who_looks_after_members_finds_the_page(client, group):
    ann = make.person("Ann")
    make.join(group, ann)
    client.force_login(ann)

    assert client.get("/g/tarn/manage/members/import").status_code == 404
    assert (
        client.post("/g/tarn/manage/members/import", {"people": LIST, "how": "add", "act": "import"}).status_code == 404
    )
    assert group.memberships.count() == 2
