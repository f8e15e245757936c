from email import message_from_bytes, policy
from email.utils import parseaddr

from folkmoot.accounts.models import Person
from folkmoot.doors.mail.tests.at_the_door import gone_out, send, text
from folkmoot.groups.models import Application, Membership
from tests import make


def test_joining_takes_two_letters_and_no_browser():
    group = make.group()

    send(to="tarn+join@localhost", sender="Kim <kim@example.net>", body="")
    question = gone_out()[0]
    assert not Membership.objects.filter(person__name="Kim").exists()
    send(to=_from(question), sender="Kim <kim@example.net>", body="", message_id="<yes@x>")

    kim = Person.objects.at("kim@example.net")
    assert Membership.objects.current().filter(group=group, person=kim).exists()
    assert b"Welcome" in text(gone_out()[0])


def test_a_vacation_reply_confirms_nothing():
    make.group()
    send(to="tarn+join@localhost", sender="kim@example.net")
    question = gone_out()[0]

    send(to=_from(question), sender="kim@example.net", Auto_Submitted="auto-replied", message_id="<v@x>")

    assert not Membership.objects.filter(person__emailaddress__email="kim@example.net").exists()


def test_asking_again_and_again_sends_three_questions_at_most():
    make.group()
    for number in range(10):
        send(to="tarn+join@localhost", sender="kim@example.net", message_id=f"<{number}@x>")
    assert len(gone_out()) == 3


def test_joining_a_group_with_approval_is_an_application():
    make.group(joining="approval")
    send(to="tarn+join@localhost", sender="kim@example.net")
    send(to=_from(gone_out()[0]), sender="kim@example.net", message_id="<yes@x>")

    assert Application.objects.get().person == Person.objects.at("kim@example.net")
    assert [copy.recipient for copy in gone_out()] == ["olga@example.org"]


def test_a_group_by_invitation_asks_nobody_back():
    make.group(joining="invitation")

    letter = send(to="tarn+join@localhost", sender="kim@example.net")

    assert letter.outcome == "dropped"
    assert gone_out() == []


def test_leaving_takes_two_letters():
    ann = make.person("Ann")
    group = make.group(ann)

    send(to="tarn+leave@localhost", body="")
    send(to=_from(gone_out()[0]), body="", message_id="<yes@x>")

    assert not Membership.objects.current().filter(group=group, person=ann).exists()
    assert [b"have left" in text(copy) for copy in gone_out()] == [True]


def test_letters_to_a_duty_reach_the_administrators():
    make.person("Root", administrator=True)

    assert send(to="postmaster@localhost", sender="kim@example.net", subject="Spam!").outcome == "done"

    assert [copy.recipient for copy in gone_out()] == ["root@example.org"]


def test_letters_to_the_owner_reach_the_owners():
    make.group()

    send(to="tarn+owner@localhost", sender="kim@example.net")

    assert [copy.recipient for copy in gone_out()] == ["olga@example.org"]


def test_help_answers_only_people_we_know():
    make.group(make.person("Ann"))

    send(to="tarn+help@localhost")
    send(to="tarn+help@localhost", sender="eve@example.net", message_id="<e@x>")

    assert [copy.recipient for copy in gone_out()] == ["ann@example.org"]


def _from(copy) -> str:
    return parseaddr(message_from_bytes(text(copy), policy=policy.default)["From"])[1]
