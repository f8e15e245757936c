import pytest

from folkmoot.groups.models import Application, JoinQuestion, MemberField, Membership, MemberValue
from folkmoot.groups.operations import (
    apply,
    ask,
    change_field,
    change_question,
    decide,
    describe_member,
    join,
    make_field,
    remove_field,
    stop_asking,
)
from folkmoot.groups.rules import is_member
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def group(olga):
    return make.group(owner=olga, joining="approval")


def text(response):
    return response.content.decode()


def happened(subject, kind):
    return Event.objects.filter(kind=kind, subject_id=subject.pk).count()


def test_questions_are_asked_changed_and_asked_no_more(group, olga):
    why = ask(group, words=" Why\nhere? ", by=olga, via="test")
    change_question(why, words="Why you?", is_required=False, by=olga, via="test")

    assert list(JoinQuestion.objects.values_list("words", "is_required")) == [("Why you?", False)]
    stop_asking(why, by=olga, via="test")
    assert not JoinQuestion.objects.exists()
    kinds = ["question.added", "question.changed", "question.removed"]
    assert (
        list(group.history.filter(kind__startswith="question").order_by("pk").values_list("kind", flat=True)) == kinds
    )


def test_answers_are_kept_as_they_were_asked(group, olga, ann):
    why = ask(group, words="Why here?", by=olga, via="test")
    application = apply(group, person=ann, answers={why.pk: "Because."}, via="test")
    change_question(why, words="Why not there?", is_required=True, by=olga, via="test")

    application.refresh_from_db()
    assert application.answers == [["Why here?", "Because."]]


def test_what_has_to_be_answered_is(group, olga, ann):
    why = ask(group, words="Why here?", by=olga, via="test")
    with pytest.raises(Refused, match="Why here"):
        apply(group, person=ann, answers={why.pk: "  "}, via="test")
    assert not Application.objects.exists()


def test_what_members_say_is_asked_with_the_wish_and_kept_when_it_is_granted(group, olga, ann):
    make_field(group, label="City", is_required=True, by=olga, via="test")
    with pytest.raises(Refused, match="City"):
        apply(group, person=ann, answers={}, values={}, via="test")
    application = apply(group, person=ann, answers={}, values={"city": "Bonn"}, via="test")

    assert not MemberValue.objects.exists()
    decide(application, is_accepted=True, by=olga, via="test")

    assert MemberValue.objects.get().value == "Bonn"


def test_a_field_is_made_changed_and_removed_with_what_was_said(group, olga, ann):
    field = make_field(group, label="My editor", kind="choice", choices=["vi", "Emacs", "vi"], by=olga, via="test")
    member = make.join(group, ann)
    describe_member(member, {"my-editor": "vi"}, by=ann, via="test")
    change_field(field, label="Editor", choices=["vi", "ed"], is_required=True, by=olga, via="test")
    field.refresh_from_db()

    assert (field.key, field.label, field.choices, field.is_required) == (
        "my-editor",
        "Editor",
        ["vi", "ed"],
        True,
    )
    remove_field(field, by=olga, via="test")
    assert not MemberValue.objects.exists()
    kinds = ["field.made", "field.changed", "field.removed"]
    assert list(group.history.filter(kind__startswith="field").order_by("pk").values_list("kind", flat=True)) == kinds
    assert Event.objects.filter(kind__in=kinds).count() == 3


def test_what_was_said_to_managers_is_not_shown_to_all_later(group, olga, ann):
    field = make_field(group, label="Phone", seen_by="managers", by=olga, via="test")
    describe_member(make.join(group, ann), {"phone": "123"}, by=ann, via="test")

    with pytest.raises(Refused):
        change_field(field, label="Phone", seen_by="members", by=olga, via="test")

    field.refresh_from_db()
    assert field.seen_by == "managers"


def test_fields_that_make_no_sense_are_refused(group, olga):
    make_field(group, label="City", by=olga, via="test")
    for settings in ({"label": "city"}, {"label": " "}, {"label": "X", "kind": "choice", "choices": ["one"]},
                     {"label": "X", "kind": "picture"}):  # fmt: skip
        with pytest.raises(Refused):
            make_field(group, by=olga, via="test", **settings)
    assert MemberField.objects.count() == 1


def test_members_change_nothing_of_what_is_asked(group, olga, ann):
    make.join(group, ann)
    why, field = ask(group, words="Why?", by=olga, via="test"), make_field(group, label="City", by=olga, via="test")
    for act in (
        lambda: ask(group, words="How?", by=ann, via="test"),
        lambda: change_question(why, words="How?", is_required=True, by=ann, via="test"),
        lambda: stop_asking(why, by=ann, via="test"),
        lambda: make_field(group, label="X", by=ann, via="test"),
        lambda: change_field(field, label="X", by=ann, via="test"),
        lambda: remove_field(field, by=ann, via="test"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert JoinQuestion.objects.get().words == "Why?"
    assert MemberField.objects.get().label == "City"


def test_an_open_group_asks_on_the_way_in(client, olga, ann):
    group = make.group(owner=olga, slug="fen")
    make_field(group, label="City", is_required=True, by=olga, via="test")
    with pytest.raises(Refused):
        join(group, person=ann, via="mail")
    client.force_login(ann)

    asked = client.post("/g/fen/join")
    again = client.post("/g/fen/join", {"told": "yes", "field-city": ""})
    done = client.post("/g/fen/join", {"told": "yes", "field-city": "Bonn"})

    assert (asked.status_code, again.status_code, done.status_code) == (200, 422, 302)
    assert "City" in text(asked)
    assert MemberValue.objects.get(membership__person=ann).value == "Bonn"


def test_by_page_somebody_asks_is_refused_with_a_reason_and_told(client, group, olga, ann):
    why = ask(group, words="Why here?", by=olga, via="test")
    client.force_login(ann)
    missing = client.post("/g/tarn/apply", {f"question-{why.pk}": ""})
    client.post("/g/tarn/apply", {f"question-{why.pk}": "For the cake.", "answer": "x"})
    client.force_login(olga)
    application = Application.objects.get()

    assert missing.status_code == 422
    assert "For the cake." in text(client.get("/g/tarn/manage/members"))
    assert "For the cake." in text(client.get("/g/tarn/manage/todo"))
    client.post(f"/g/tarn/manage/todo/application/{application.pk}/refuse", {"words": "No cake here."})
    application.refresh_from_db()
    assert (application.is_accepted, application.reason) == (False, "No cake here.")
    assert not is_member(ann, group)


def test_a_refusal_on_the_members_page_has_a_reason_too(client, group, olga, ann):
    application = apply(group, person=ann, via="test")
    client.force_login(olga)

    client.post(f"/applications/{application.pk}/refuse", {"reason": "Full."})

    application.refresh_from_db()
    assert application.reason == "Full."


def test_questions_and_fields_have_their_pages(client, group, olga, ann):
    client.force_login(olga)
    client.post("/g/tarn/manage/joining/questions", {"words": "Why?", "is_required": "on"})
    why = JoinQuestion.objects.get()
    client.post(f"/questions/{why.pk}", {"words": "Why you?"})
    client.post(
        "/g/tarn/manage/joining/fields",
        {"label": "City", "kind": "text", "is_set_by_members": "members", "seen_by": "members", "choices": ""},
    )
    field = MemberField.objects.get()
    client.post(f"/fields/{field.pk}", {"label": "Town", "is_set_by_members": "managers", "seen_by": "managers"})
    field.refresh_from_db()

    assert "Why you?" in text(client.get("/g/tarn/manage/joining/questions"))
    assert (field.label, field.is_set_by_members, field.seen_by) == ("Town", False, "managers")
    describe_member(make.join(group, ann), {"city": "Bonn"}, by=olga, via="test")
    client.post(f"/fields/{field.pk}/remove", {"sure": "no"})
    assert MemberField.objects.exists()
    client.post(f"/fields/{field.pk}/remove", {"sure": "Town"})
    assert not MemberField.objects.exists()
    client.post(f"/questions/{why.pk}/remove")
    assert not JoinQuestion.objects.exists()
    client.force_login(ann)
    for page in ("questions", "fields", "links", "rules"):
        assert client.get(f"/g/tarn/manage/joining/{page}").status_code == 404


def test_the_own_page_the_list_and_the_file_show_what_each_may_see(client, group, olga, ann):
    make_field(group, label="City", by=olga, via="test")
    make_field(group, label="Paid", seen_by="managers", is_set_by_members=False, by=olga, via="test")
    make.join(group, ann)
    bob = make.person("Bob")
    make.join(group, bob)
    client.force_login(ann)
    client.post("/g/tarn/members/ann", {"field-city": "Bochum"})
    client.force_login(olga)
    client.post("/g/tarn/members/ann", {"field-city": "Bochum", "field-paid": "till May"})
    assert "till May" in text(client.get("/g/tarn/manage/members.csv"))
    assert text(client.get("/g/tarn/manage/members.csv")).splitlines()[0].endswith("arrived,city,paid")

    client.force_login(bob)
    for page in ("/g/tarn/members", "/g/tarn/members/ann"):
        assert "Bochum" in text(client.get(page))
        assert "till May" not in text(client.get(page))
    assert client.post("/g/tarn/members/ann", {"field-city": "Rome"}).status_code == 403
    client.logout()
    assert "Bochum" not in text(client.get("/g/tarn/members"))
    client.force_login(ann)
    assert "till May" in text(client.get("/g/tarn/members/ann"))
    assert MemberValue.objects.get(field__key="city").value == "Bochum"
    assert Membership.objects.filter(group=group).count() == 3
