"""In by one door, out by the others: over LMTP and SMTP, with real sockets, on the real worker's steps."""

import asyncio
import smtplib
import threading
from email import message_from_bytes, policy

import pytest
from django.conf import settings

from folkmoot.config import worker
from folkmoot.conversations.models import Post, Topic
from folkmoot.doors.mail import listener, transport
from folkmoot.doors.mail.models import IncomingLetter
from tests import make, sink

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lmtp(transactional_db):
    """A port where letters are taken, as `folkmoot serve` does."""
    loop, started, ports = asyncio.new_event_loop(), threading.Event(), []

    async def listen():
        server = await loop.create_server(listener.protocol_factory(), "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        started.set()

    thread = threading.Thread(target=lambda: (loop.create_task(listen()), loop.run_forever()), daemon=True)
    thread.start()
    assert started.wait(5)
    yield ports[0]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def work(port: int) -> None:
    """What the two worker processes do, until there is nothing left to do."""
    way_out = transport.SmtpTransport(f"smtp://127.0.0.1:{port}")
    while worker.take_in_once() or worker.send_out_once(way_out):
        pass
    way_out.close()


def put_in(port: int, raw: bytes, *, sender: str, to: str = "tarn@localhost") -> None:
    with smtplib.LMTP("127.0.0.1", port) as door:
        assert door.sendmail(sender, [to], raw) == {}


def test_a_conversation_by_mail_and_web(lmtp, client):
    ann, bob = make.person("Ann"), make.person("Bob")
    make.group(ann, bob)
    with sink.running() as server:
        put_in(lmtp, make.letter(subject="Backups?", body="How do you do them?"), sender="ann@example.org")
        work(server.port)
        topic = Topic.objects.get()
        assert set(server.recipients) == {"bob@example.org", "olga@example.org"}

        client.force_login(bob)
        answer = client.post(f"/topics/{topic.pk}/replies", {"body": "Every *night*."})
        assert answer.status_code == 302
        work(server.port)
        to_ann = letters_to(server, "ann@example.org")
        assert [letter["In-Reply-To"] for letter in to_ann] == ["<one@example.org>"]
        assert to_ann[0]["Subject"] == "Re: Backups?"

        again = make.letter(
            subject="Re: Backups?",
            body="Thank you!\n\n> Every *night*.",
            message_id="<two@example.org>",
            In_Reply_To=to_ann[0]["Message-ID"],
            References=f"<one@example.org> {to_ann[0]['Message-ID']}",
        )
        put_in(lmtp, again, sender="ann@example.org")
        work(server.port)

    assert Topic.objects.count() == 1
    assert [(post.author, post.via) for post in topic.posts.in_order()] == [(ann, "mail"), (bob, "web"), (ann, "mail")]
    page = client.get(topic.get_absolute_url()).content.decode()
    assert "Thank you!" in page
    assert "How do you do them?" in page
    to_bob = letters_to(server, "bob@example.org")
    assert to_bob[-1]["References"].split()[0] == "<one@example.org>"


def test_each_recipient_gets_a_status_of_its_own(lmtp):
    make.group(make.person("Ann"))
    with smtplib.LMTP("127.0.0.1", lmtp) as door:
        refused = door.sendmail("ann@example.org", ["tarn@localhost", "nobody@localhost"], make.letter())
    assert {who: code for who, (code, _) in refused.items()} == {"nobody@localhost": 550}
    assert [letter.recipient for letter in IncomingLetter.objects.all()] == ["tarn@localhost"]


def test_a_letter_that_is_too_large_is_refused_as_such(lmtp):
    make.group(make.person("Ann"))
    with smtplib.LMTP("127.0.0.1", lmtp) as door:
        with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPDataError)) as refusal:
            door.sendmail("ann@example.org", ["tarn@localhost"], b"x" * (settings.LARGEST_LETTER + 10))
        assert refusal.value.smtp_code == 552
    assert not IncomingLetter.objects.exists()


def test_trouble_of_ours_is_a_reason_to_try_later(lmtp):
    make.group(make.person("Ann"))
    from django.db import connection  # beside its one use

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mail_incomingletter RENAME TO elsewhere")
    try:
        with smtplib.LMTP("127.0.0.1", lmtp) as door, pytest.raises(smtplib.SMTPDataError) as refusal:
            door.sendmail("ann@example.org", ["tarn@localhost"], make.letter())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO mail_incomingletter")
    assert refusal.value.smtp_code == 451


def test_too_many_letters_of_strangers_are_put_off(lmtp, settings):
    settings.HELD_A_DAY = 2
    make.group(make.person("Ann"))
    with sink.running() as server:
        for number in range(2):
            raw = make.letter(sender="eve@example.net", message_id=f"<{number}@x>")
            put_in(lmtp, raw, sender="eve@example.net")
        work(server.port)
        listener.last_look.until = 0.0
        with smtplib.LMTP("127.0.0.1", lmtp) as door, pytest.raises(smtplib.SMTPDataError) as refusal:
            door.sendmail("eve@example.net", ["tarn@localhost"], make.letter(sender="eve@example.net"))
        assert refusal.value.smtp_code == 450
        put_in(lmtp, make.letter(), sender="ann@example.org")
        work(server.port)
    assert Post.objects.get().author.name == "Ann"


def letters_to(server: sink.Sink, address: str):
    return [
        message_from_bytes(raw, policy=policy.default) for _, recipient, raw in server.letters if recipient == address
    ]
