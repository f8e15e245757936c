from email import message_from_bytes, policy

from folkmoot.conversations.models import Attachment, Post, Topic
from folkmoot.doors.mail.tests.at_the_door import arrive, gone_out, send, text
from folkmoot.outbox.models import Event
from tests import make


def test_a_letter_starts_a_conversation_and_its_answer_stays_in_it():
    ann, bob = make.person("Ann"), make.person("Bob")
    make.group(ann, bob)

    send(subject="How do you back up?")
    send(
        sender="bob@example.org",
        subject="Re: How do you back up?",
        message_id="<two@x>",
        In_Reply_To="<one@example.org>",
    )

    topic = Topic.objects.get()
    assert topic.title == "How do you back up?"
    assert [(post.author, post.via) for post in topic.posts.in_order()] == [(ann, "mail"), (bob, "mail")]
    assert topic.posts.get(author=bob).answers == topic.posts.get(author=ann)
    assert [event.kind for event in Event.objects.filter(kind="post.added")] == ["post.added"] * 2


def test_a_web_post_and_its_answer_by_mail_are_one_conversation():
    ann, bob = make.person("Ann"), make.person("Bob")
    topic = make.topic(make.group(ann, bob), author=ann)
    asked = topic.posts.get()

    send(sender="bob@example.org", message_id="<b@x>", In_Reply_To=asked.message_id)

    assert [post.via for post in topic.posts.in_order()] == ["web", "mail"]


def test_the_same_letter_twice_is_one_post():
    make.group(make.person("Ann"))

    send()
    again = send()

    assert (again.outcome, again.note) == ("done", "came before")
    assert Post.objects.count() == 1


def test_one_letter_to_two_lists_is_a_post_in_each():
    ann = make.person("Ann")
    make.group(ann)
    make.group(ann, slug="loom")

    send()
    send(to="loom@localhost")

    assert {topic.channel.group.slug for topic in Topic.objects.all()} == {"tarn", "loom"}


def test_an_answer_to_a_post_elsewhere_never_lands_there():
    ann = make.person("Ann")
    make.group(ann)
    make.group(ann, slug="loom")
    send()

    send(to="loom@localhost", message_id="<two@x>", In_Reply_To="<one@example.org>")

    assert {topic.channel.group.slug: topic.post_count for topic in Topic.objects.all()} == {"tarn": 1, "loom": 1}


def test_a_message_id_that_another_used_first_swallows_nothing():
    ann, eve = make.person("Ann"), make.person("Eve")
    make.group(ann, eve)
    send(sender="eve@example.org", body="Mine first.")

    letter = send(body="What I wanted to say.")

    assert (letter.outcome, letter.held.reason) == ("held", "same_id")
    assert Post.objects.count() == 1


def test_two_letters_without_an_id_are_two_posts():
    make.group(make.person("Ann"))
    for body in ("First.", "Second."):
        raw = f"From: ann@example.org\r\nTo: tarn@localhost\r\nSubject: Hm\r\n\r\n{body}\r\n".encode()
        arrive(raw)

    assert sorted(post.body for post in Post.objects.all()) == ["First.", "Second."]


def test_a_letter_to_a_topics_own_address_answers_it():
    ann = make.person("Ann")
    topic = make.topic(make.group(ann))

    send(to=f"tarn+t{topic.pk}@localhost", subject="Something else entirely")

    assert topic.posts.count() == 2


def test_the_topic_of_another_group_can_not_be_reached_through_this_one():
    ann = make.person("Ann")
    make.group(ann)
    topic = make.topic(make.group(slug="loom"))

    letter = send(to=f"tarn+t{topic.pk}@localhost")

    assert letter.outcome == "refused"
    assert topic.posts.count() == 1


def test_an_old_name_of_a_group_still_takes_letters():
    from folkmoot.accounts.models import OPERATOR  # beside its one use
    from folkmoot.groups.operations import rename

    rename(make.group(make.person("Ann")), slug="mere", by=OPERATOR, via="test")

    assert send(to="tarn@localhost").outcome == "done"
    assert send(to="mere@localhost", message_id="<two@x>").outcome == "done"


def test_attachments_come_along_and_go_out_again():
    make.group(make.person("Ann"), make.person("Bob"))
    raw = (
        b"From: ann@example.org\r\nTo: tarn@localhost\r\nSubject: Log\r\nMessage-ID: <l@x>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n'
        b'--b\r\nContent-Type: text/x-log; name="run.log"\r\n'
        b'Content-Disposition: attachment; filename="run.log"\r\n\r\n'
        b"all went well\r\n--b--\r\n"
    )
    arrive(raw)

    assert [one.name for one in Attachment.objects.all()] == ["run.log"]
    copy = next(one for one in gone_out() if one.recipient == "bob@example.org")
    names = [part.get_filename() for part in message_from_bytes(text(copy), policy=policy.default).walk()]
    assert "run.log" in names


def test_a_letter_from_the_list_itself_ends_here():
    make.group(make.person("Ann"), make.person("Bob"))
    send()
    copy = next(one for one in gone_out() if one.recipient == "bob@example.org")

    letter = arrive(text(copy).replace(b"<one@example.org>", b"<new@example.org>"), sender="bob@example.org")

    assert (letter.outcome, Post.objects.count()) == ("dropped", 1)


def test_what_programs_write_never_reaches_people():
    make.group(make.person("Ann"))

    vacation = send(Auto_Submitted="auto-replied")
    bounce = arrive(make.letter(sender="mailer-daemon@example.org", subject="Undelivered Mail"), sender="")

    assert (vacation.outcome, bounce.outcome) == ("dropped", "dropped")
    assert not Post.objects.exists()


def test_a_letter_that_says_nothing_is_refused_with_the_reason():
    make.group(make.person("Ann"))

    letter = send(body="")

    assert letter.outcome == "refused"
    assert "nothing in it" in letter.note
    assert [copy.recipient for copy in gone_out()] == ["ann@example.org"]


def test_a_locked_conversation_takes_no_letters():
    topic = make.topic(make.group(make.person("Ann")))
    Topic.objects.filter(pk=topic.pk).update(locked_at=topic.started_at)

    letter = send(to=f"tarn+t{topic.pk}@localhost")

    assert letter.outcome == "refused"
    assert topic.posts.count() == 1
