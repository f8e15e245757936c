"""What administrators decide for the whole installation, and who they are."""

import pytest

from folkmoot.accounts.models import OPERATOR, Installation
from folkmoot.accounts.operations import change_installation, dismiss_administrator, erase, name_administrator
from folkmoot.accounts.queries import the_installation, the_look
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def kinds():
    return list(Event.objects.exclude(kind__startswith="person").order_by("pk").values_list("kind", flat=True))


def test_without_a_decision_everything_is_as_it_comes():
    now = the_installation()

    assert (str(now), now.founding, now.sign_up) == ("Folkmoot", "anyone", "open")
    assert (str(the_look()), the_look().notices) == ("Folkmoot", "")
    assert not Installation.objects.exists()


def test_a_change_is_one_event_that_names_what_was_changed():
    root = make.person("Root", administrator=True)

    change_installation(name=" Our \n place ", imprint="We.\r\n", founding="anyone", by=root, via="web")

    now = the_installation()
    assert (str(now), now.imprint) == ("Our place", "We.")
    assert (str(the_look()), the_look().notices) == ("Our place", "imprint")
    [event] = Event.objects.filter(kind="installation.changed")
    assert (event.actor_id, event.data) == (root.pk, {"settings": ["imprint", "name"]})


def test_what_is_too_long_or_not_a_setting_or_not_theirs_is_refused():
    with pytest.raises(Refused, match="10000"):
        change_installation(imprint="x" * 10_001, by=OPERATOR, via="test")
    with pytest.raises(ValueError, match="colour"):
        change_installation(colour=1, by=OPERATOR, via="test")
    with pytest.raises(NotAllowed):
        change_installation(name="Mine", by=make.person("Eve"), via="web")
    assert kinds() == []


def test_an_administrator_is_named_and_dismissed_by_another():
    root, ann = make.person("Root", administrator=True), make.person("Ann")

    name_administrator(ann, by=root, via="web")
    ann.refresh_from_db()
    dismiss_administrator(root, by=ann, via="web")

    root.refresh_from_db()
    assert (ann.is_administrator, root.is_administrator) == (True, False)
    assert kinds() == ["administrator.named", "administrator.dismissed"]


def test_the_only_one_stays_and_nobody_names_themselves():
    root, ann = make.person("Root", administrator=True), make.person("Ann")

    with pytest.raises(Refused, match="only administrator"):
        dismiss_administrator(root, by=root, via="web")
    with pytest.raises(NotAllowed):
        name_administrator(ann, by=ann, via="web")
    with pytest.raises(NotAllowed):
        dismiss_administrator(root, by=ann, via="web")
    with pytest.raises(Refused, match="no administrator"):
        dismiss_administrator(ann, by=root, via="web")
    assert kinds() == []


def test_whoever_left_for_good_runs_nothing():
    ann = make.person("Ann")
    erase(ann, keep_words=True, by=ann, via="web", hinder=[])

    with pytest.raises(Refused, match="sign in"):
        name_administrator(ann, by=OPERATOR, via="command")
