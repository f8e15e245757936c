from email import message_from_bytes, policy

import pytest

from folkmoot.accounts.models import OPERATOR, MailTrouble
from folkmoot.doors.mail import addresses, mailings, tokens, transport
from folkmoot.doors.mail.models import DeferredCopy, IncomingLetter, Mailing
from folkmoot.doors.mail.operations import unsubscribe
from folkmoot.doors.mail.tests.at_the_door import Taken, arrive, gone_out, send, text
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import change_reading, remove_member
from folkmoot.kit import mime
from folkmoot.kit.errors import Refused
from folkmoot.outbox.models import Event
from tests import make, sink


def read(copy):
    return message_from_bytes(text(copy), policy=policy.default)


def test_a_post_goes_to_those_who_want_mail_and_not_to_its_author():
    ann, bob, cleo = make.person("Ann"), make.person("Bob"), make.person("Cleo")
    group = make.group(ann, bob)
    make.join(group, cleo, mail="none")

    make.topic(group, author=ann)

    assert {copy.recipient for copy in gone_out()} == {"olga@example.org", "bob@example.org"}


def test_an_author_who_asks_gets_their_own_posts():
    ann = make.person("Ann")
    group = make.group(ann)
    membership = Membership.objects.get(person=ann)
    change_reading(membership, mail="each", own_posts=True, by=ann, via="test")

    make.topic(group, author=ann)

    assert {copy.recipient for copy in gone_out()} == {"olga@example.org", "ann@example.org"}


def test_a_copy_says_which_list_it_is_and_how_to_leave():
    ann = make.person("Ann")
    group = make.group(ann, name="Tarn Users")
    topic = make.topic(group, title="Backups", body="*How?*")
    post = topic.posts.get()

    copy = gone_out()[0]
    letter = read(copy)

    assert letter["From"] == "Olga via Tarn Users <tarn@localhost>"
    assert letter["Message-ID"] == post.message_id
    assert letter["List-Id"] == "<tarn.localhost>"
    assert letter["List-Post"] == "<mailto:tarn@localhost>"
    assert letter["Archived-At"] == f"<http://localhost:8000/posts/{post.pk}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.get_body(("plain",)).get_content().startswith("*How?*")
    assert "<em>How?</em>" in letter.get_body(("html",)).get_content()
    mark = addresses.read(copy.sender)
    assert mark
    membership, named = addresses.bounced(mark) or (0, 0)
    assert (membership, named) == (Membership.objects.get(person=ann).pk, post.pk)


def test_a_web_reply_is_threaded_under_the_letter_it_answers():
    ann, bob = make.person("Ann"), make.person("Bob")
    make.group(ann, bob)
    send(subject="Backups")
    first = IncomingLetter.objects.get()
    from folkmoot.conversations.models import Topic  # beside its one use

    topic = Topic.objects.get()
    gone_out()
    make.post(topic, author=bob)

    letter = read(gone_out()[0])

    assert letter["In-Reply-To"] == "<one@example.org>"
    assert "<one@example.org>" in letter["References"]
    assert letter["Subject"] == "Re: Backups"
    assert first.outcome == "done"


def test_long_identifiers_go_out_as_they_came():
    make.group(make.person("Ann"), make.person("Bob"))
    long = "<" + "A" * 90 + "@" + "b" * 60 + ".example>"
    send(message_id=long)
    send(message_id="<two@x>", In_Reply_To=long, References=long)

    last = [text(copy) for copy in gone_out() if copy.recipient == "bob@example.org"][-1]

    assert f"In-Reply-To: {long}\r\n".encode() in last
    assert f"References: {long}\r\n".encode() in last


@pytest.mark.parametrize("name", ["Ünn, Ölga", 'Ann "the" <x@y>', "ليلى حدّاد " * 9, "名前" * 40, "A" * 100])
def test_any_name_and_title_arrive_as_they_were(name):
    ann = make.person(name.strip(), address="ann@example.org")
    group = make.group(ann)
    make.topic(group, author=ann, title=f"{name.strip()} fragt: wie groß?")

    copy = gone_out()[0]
    letter = mime.read(text(copy))  # the email package before Python 3.13 puts blanks into long names

    assert (letter.sender.name, letter.sender.address) == (f"{ann.name} via Tarn", "tarn@localhost")
    assert read(copy)["Subject"] == f"{name.strip()} fragt: wie groß?"


def test_somebody_removed_before_the_letter_goes_gets_none():
    ann, bob = make.person("Ann"), make.person("Bob")
    group = make.group(ann, bob)
    make.topic(group)

    remove_member(Membership.objects.get(person=bob), by=OPERATOR, via="test")

    assert {copy.recipient for copy in gone_out()} == {"ann@example.org"}


def test_one_click_stops_the_mail_and_nothing_else():
    ann = make.person("Ann")
    make.group(ann)
    membership = Membership.objects.get(person=ann)

    for _ in range(2):
        unsubscribe(tokens.leave_token(membership.pk))

    membership.refresh_from_db()
    assert (membership.mail, membership.left_at) == ("none", None)
    assert Event.objects.filter(kind="member.changed", subject_id=membership.pk).count() == 1


def test_a_guessed_link_unsubscribes_nobody():
    make.group(make.person("Ann"))
    with pytest.raises(Refused):
        unsubscribe("1-aaaaaaaaaaaa")
    assert not Membership.objects.filter(mail="none").exists()


def test_a_bounce_is_noted_and_reaches_nobody():
    make.topic(make.group(make.person("Ann")))
    copy = gone_out()[0]

    letter = arrive(make.letter(sender="mailer-daemon@example.org", subject="Undelivered"), to=copy.sender, sender="")

    assert letter.outcome == "done"
    assert letter.note.startswith("bounce: membership")
    assert MailTrouble.objects.get().address.email == "ann@example.org"
    assert gone_out() == []


def test_what_the_mail_server_defers_is_tried_again_and_what_it_refuses_is_not():
    people = [make.person(name) for name in ("Ann", "Bob", "Cleo")]
    group = make.group(*people)
    answers = {"bob@example.org": "451 4.2.0 later", "cleo@example.org": "550 5.1.1 nobody"}
    with sink.running() as server:
        server.answer = lambda recipient: answers.get(recipient, "250 ok")
        way_out = transport.SmtpTransport(f"smtp://127.0.0.1:{server.port}")
        make.topic(group)
        gone_to(way_out)

        assert server.recipients == ["ann@example.org"]
        assert {one.membership.person.name for one in DeferredCopy.objects.filter(given_up_at=None)} == {"Bob"}
        assert {one.membership.person.name for one in DeferredCopy.objects.exclude(given_up_at=None)} == {"Cleo"}

        answers.clear()
        DeferredCopy.objects.update(due_at=Mailing.objects.get().done_at)
        assert mailings.try_deferred(way_out)
        assert not mailings.try_deferred(way_out)
        assert server.recipients == ["ann@example.org", "bob@example.org"]
        way_out.close()


def test_letters_survive_a_mail_server_that_is_away():
    make.topic(make.group(make.person("Ann")))
    way_out = transport.SmtpTransport("smtp://127.0.0.1:1")

    gone_to(way_out)

    assert DeferredCopy.objects.get().error


def test_dots_at_line_starts_arrive_as_they_were():
    make.topic(make.group(make.person("Ann")), body="a\n\n.\n\n..b\n\n.hidden")
    with sink.running() as server:
        way_out = transport.SmtpTransport(f"smtp://127.0.0.1:{server.port}")
        gone_to(way_out)
        way_out.close()
        body = message_from_bytes(server.letters[0][2], policy=policy.default).get_body(("plain",)).get_content()
    assert body.splitlines()[:7] == ["a", "", ".", "", "..b", "", ".hidden"]


def test_without_a_mail_server_letters_are_kept_in_a_maildir(settings, tmp_path):
    settings.OUTGOING = tmp_path / "outgoing"
    make.topic(make.group(make.person("Ann")))

    gone_to(transport.make())

    (kept,) = (settings.OUTGOING / "new").iterdir()
    assert b"X-Envelope-To: ann@example.org" in kept.read_bytes()


@pytest.mark.parametrize("members", [1, 3, 40])
def test_a_mailing_takes_few_queries_however_many_it_is_for(members, django_assert_max_num_queries):
    make.topic(make.group(*[make.person(f"M{number}") for number in range(members)]))
    from folkmoot.config.subscribers import SUBSCRIBERS  # beside its one use
    from folkmoot.outbox.relay import drain

    drain(SUBSCRIBERS)
    with django_assert_max_num_queries(17):
        mailings.work_off(Taken())


def gone_to(way_out) -> None:
    from folkmoot.config.subscribers import SUBSCRIBERS  # beside its one use
    from folkmoot.outbox.relay import drain

    drain(SUBSCRIBERS)
    while mailings.work_off(way_out):
        pass
