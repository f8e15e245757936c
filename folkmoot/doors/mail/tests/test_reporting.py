"""Reports by mail: a letter of the group, answered or forwarded to `group+report@`."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from folkmoot.conversations.models import Post, Report
from folkmoot.conversations.operations import report
from folkmoot.doors.mail.tests.at_the_door import arrive, gone_out, send
from folkmoot.groups.models import ModerationCase
from tests import make

TO = "tarn+report@localhost"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def post(ann, bob):
    return make.topic(make.group(ann, bob), author=bob, title="Cheap", body="Buy this.").posts.get()


def replied(post, **more):
    return send(TO, subject="Re: Cheap", In_Reply_To=post.message_id, **more)


def answer_to(address):
    """What goes out to somebody now, beside posts: subject and text."""
    letters = [
        message_from_bytes(copy.letter, policy=policy.default) for copy in gone_out() if copy.recipient == address
    ]
    told = [one for one in letters if one["Auto-Submitted"] == "auto-replied"]
    return [(one["Subject"], one.get_body(("plain",)).get_content()) for one in told]


def reported():
    return list(Report.objects.values_list("post", "by__name", "words", "via"))


def test_a_reply_reports_the_post_that_it_answers_with_its_own_words(post):
    body = "This is advertising.\n\nOn Monday, Bob wrote:\n> Buy this.\n\n-- \nAnn"

    letter = replied(post, body=body)

    assert letter.note == f"report of post {post.pk}"
    assert reported() == [(post.pk, "Ann", "This is advertising.", "mail")]
    assert ModerationCase.objects.get().person.name == "Bob"
    assert Post.objects.count() == 1
    [(subject, words)] = answer_to("ann@example.org")
    assert subject == "The moderators of Tarn look at it"
    assert f"/posts/{post.pk}" in words


def test_a_forwarded_letter_reports_its_post_by_the_link_in_its_foot(post, settings):
    gone_out()
    forwarded = "---------- Forwarded message ---------\nFrom: Bob via Tarn\n\nBuy this.\n\n-- \nTarn"

    send(TO, subject="Fwd: Cheap", body=f"Look.\n\n{forwarded}\n{settings.SITE}/posts/{post.pk}")

    assert reported() == [(post.pk, "Ann", "Look.", "mail")]


def test_a_letter_forwarded_as_a_file_reports_its_post(post):
    [copy] = [one for one in gone_out() if one.recipient == "ann@example.org"]
    letter = EmailMessage(policy=policy.SMTP)
    letter["From"], letter["To"], letter["Subject"] = "ann@example.org", TO, "Fwd: Cheap"
    letter["Message-ID"] = "<fwd@example.org>"
    letter.set_content("Spam again.")
    letter.add_attachment(message_from_bytes(copy.letter, policy=policy.SMTP))

    arrive(letter.as_bytes(), to=TO)

    assert reported() == [(post.pk, "Ann", "Spam again.", "mail")]


def test_what_is_reported_by_mail_and_on_the_web_is_one_case_a_person(post, ann):
    second = make.post(post.topic, author=post.author)
    report(second, by=ann, reason="spam", via="web")

    replied(post)
    replied(post, message_id="<again@example.org>", body="Once more.")

    case = ModerationCase.objects.get()
    assert set(case.reports.values_list("post", "via")) == {(post.pk, "mail"), (second.pk, "web")}


def test_a_letter_that_names_no_post_is_answered_with_how_to_do_it(post):
    letter = send(TO, body="Somebody is rude here.")

    assert letter.outcome == "refused"
    [(_subject, words)] = answer_to("ann@example.org")
    assert "could not find which post you mean" in words
    assert "Somebody is rude here." not in words or "here is what you wrote" in words
    assert reported() == []


def test_a_post_of_another_group_or_one_that_cannot_be_read_is_not_found(post, ann, bob, settings):
    elsewhere = make.topic(make.group(ann, slug="loom"), author=ann).posts.get()
    den = make.topic(make.group(bob, slug="den", visibility="hidden"), author=bob).posts.get()

    answers = [replied(elsewhere), send(TO, body=f"{settings.SITE}/posts/{den.pk}", message_id="<2@x>")]
    into_den = send("den+report@localhost", In_Reply_To=den.message_id, message_id="<3@x>")

    assert [one.outcome for one in answers] == ["refused", "refused"]
    assert answers[0].note == answers[1].note
    assert into_den.outcome == "dropped"
    assert reported() == []


def test_ones_own_post_is_not_reported(post, bob):
    letter = replied(post, sender="bob@example.org")

    assert letter.outcome == "refused"
    assert "can't report this post" in letter.note


@pytest.mark.parametrize(
    "more",
    [
        {"sender": "eve@example.net"},
        {"Auto_Submitted": "auto-replied"},
        {"Authentication_Results": "mx; dmarc=fail header.from=example.org"},
    ],
    ids=["a stranger", "a program", "forged"],
)
def test_who_is_not_known_to_be_somebody_reports_nothing_and_hears_nothing(post, settings, more):
    settings.AUTHSERV_ID = "mx"
    gone_out()

    letter = replied(post, **more)

    assert letter.outcome == "dropped"
    assert gone_out() == []
    assert reported() == []


@pytest.mark.parametrize(("verdict", "outcome"), [("none", "refused"), ("pass", "done")])
def test_a_group_that_wants_proof_wants_it_of_reports_too(ann, bob, settings, verdict, outcome):
    settings.AUTHSERV_ID = "mx"
    post = make.topic(make.group(ann, bob, proof="signed"), author=bob).posts.get()

    letter = replied(post, Authentication_Results=f"mx; dmarc={verdict} header.from=example.org")

    assert letter.outcome == outcome
    assert len(reported()) == (outcome == "done")


def test_help_tells_how_to_report(post):
    send("tarn+help@localhost", message_id="<h@x>")

    [(_subject, words)] = answer_to("ann@example.org")
    assert "tarn+report@localhost" in words
