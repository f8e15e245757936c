import pytest

from folkmoot.groups.fields import fields_seen_by, values_seen_by
from folkmoot.groups.models import MemberField, MemberValue
from folkmoot.groups.operations import describe_member, leave
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def group(olga):
    made = make.group(owner=olga)
    MemberField.objects.create(group=made, key="city", label="City", is_required=True)
    MemberField.objects.create(
        group=made, key="paid", label="Paid", kind="check", is_set_by_members=False, seen_by="managers"
    )
    return made


@pytest.fixture
def ann(group):
    return make.join(group, make.person("Ann"))


def said(member):
    return dict(MemberValue.objects.filter(membership=member).values_list("field__key", "value"))


def test_a_member_says_what_is_theirs_and_changes_it(group, ann):
    describe_member(ann, {"city": " Bochum "}, by=ann.person, via="test")
    describe_member(ann, {"city": "Essen"}, by=ann.person, via="test")

    assert said(ann) == {"city": "Essen"}
    assert Event.objects.filter(kind="member.described", subject_id=ann.pk).count() == 2


def test_what_those_say_who_look_after_members_no_member_says(group, ann, olga):
    with pytest.raises(NotAllowed):
        describe_member(ann, {"paid": "yes"}, by=ann.person, via="test")
    assert said(ann) == {}

    describe_member(ann, {"paid": "ja"}, by=olga, via="test")

    assert said(ann) == {"paid": "yes"}


def test_nobody_says_it_of_others_nor_of_who_is_gone(group, ann, olga):
    bob = make.person("Bob")
    make.join(group, bob)
    with pytest.raises(NotAllowed):
        describe_member(ann, {"city": "Bonn"}, by=bob, via="test")
    leave(ann, via="test")
    ann.refresh_from_db()
    with pytest.raises(Refused):
        describe_member(ann, {"city": "Bonn"}, by=olga, via="test")
    assert said(ann) == {}


def test_what_is_required_stays_said_and_what_is_unknown_is_refused(group, ann):
    describe_member(ann, {"city": "Bonn"}, by=ann.person, via="test")
    for values in ({"city": ""}, {"shoe": "43"}):
        with pytest.raises(Refused):
            describe_member(ann, values, by=ann.person, via="test")
    assert said(ann) == {"city": "Bonn"}


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("number", "1 234,50", "1234.5"), ("number", "many", None), ("number", "1e999", None),
        ("number", "1e999999999", None), ("number", "1e-999999999", None), ("number", "0e-999999999", "0"),
        ("number", "-0,001", "-0.001"), ("text", "x" * 500, "x" * 500), ("text", "x" * 501, None),
        ("link", "example.org/" + "x" * 486, None),
        ("date", "31.7.2026", "2026-07-31"), ("date", "tomorrow", None),
        ("link", "example.org/me", "https://example.org/me"), ("link", "javascript:alert(1)", None),
        ("check", "Nein", "no"), ("check", "perhaps", None), ("choice", "EMACS", "Emacs"), ("choice", "ed", None),
    ],
)  # fmt: skip
def test_each_kind_is_kept_in_one_form_or_refused(group, ann, kind, text, kept):
    MemberField.objects.create(group=group, key="it", label="It", kind=kind, choices=["Emacs", "vi"])

    if kept is None:
        with pytest.raises(Refused):
            describe_member(ann, {"it": text}, by=ann.person, via="test")
    else:
        describe_member(ann, {"it": text}, by=ann.person, via="test")
    assert said(ann).get("it") == kept


def test_who_sees_what_was_said(group, ann, olga):
    describe_member(ann, {"city": "Bonn", "paid": "yes"}, by=olga, via="test")

    def keys(person):
        return {one.key for one in fields_seen_by(group, person)}, {one.value for one in values_seen_by(group, person)}

    assert keys(olga) == ({"city", "paid"}, {"Bonn", "yes"})
    assert keys(ann.person) == ({"city"}, {"Bonn"})
    assert keys(make.person("Eve")) == (set(), set())
    assert keys(None) == (set(), set())
