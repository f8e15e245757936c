import pytest
from django.test import Client

from folkmoot.conversations.models import Post
from folkmoot.doors.mail import tokens, transport
from folkmoot.doors.mail.models import HeldLetter, IncomingLetter, OutgoingLetter, RawLetter
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(olga, ann):
    return make.group(ann, owner=olga)


@pytest.fixture
def held(tarn):
    return hold(tarn)


def hold(group, subject="May I come?", sender="eve@example.org"):
    raw = make.letter(
        sender=f"Eve Example <{sender}>", subject=subject, body="I am new here.", message_id=f"<{subject}@x>"
    )
    letter = RawLetter.objects.create(raw=raw)
    incoming = IncomingLetter.objects.create(letter=letter, sender=sender, recipient="tarn@localhost", outcome="held")
    return HeldLetter.objects.create(
        incoming=incoming, group=group, address=sender, name="Eve Example", title=subject, reason="not_member"
    )


# Held letters


def test_an_owner_sees_who_wrote_what_and_why_it_waits(client, held, olga):
    client.force_login(olga)

    page = text(client.get("/g/tarn/manage/held"))

    for words in ("May I come?", "Eve Example", "eve@example.org", "not a member of this group", "I am new here."):
        assert words in page, words


def test_every_page_of_the_group_tells_its_owner_that_a_letter_waits(client, held, olga, ann):
    client.force_login(olga)
    assert "waiting for you" in text(client.get("/g/tarn"))

    client.force_login(ann)

    assert "waiting for you" not in text(client.get("/g/tarn"))


def test_no_letter_waits(client, tarn, olga):
    client.force_login(olga)

    assert "No letter waits" in text(client.get("/g/tarn/manage/held"))


def test_a_held_letter_is_posted(client, held, olga):
    client.force_login(olga)

    assert client.post(f"/held/{held.pk}/accept")["Location"] == "/g/tarn/manage/held"

    post = Post.objects.get()
    assert (post.author.name, post.title, post.via) == ("Eve Example", "May I come?", "mail")
    assert set(held.group.memberships.current().values_list("person__name", flat=True)) == {"Olga", "Ann"}


def test_a_held_letter_is_posted_and_its_sender_taken_in(client, held, olga):
    client.force_login(olga)

    client.post(f"/held/{held.pk}/accept", {"add": "1"})

    names = set(held.group.memberships.current().values_list("person__name", flat=True))
    assert names == {"Olga", "Ann", "Eve Example"}
    assert Post.objects.get().author.name == "Eve Example"


def test_a_held_letter_is_thrown_away_once(client, held, olga):
    client.force_login(olga)

    client.post(f"/held/{held.pk}/discard")

    held.refresh_from_db()
    assert held.is_accepted is False
    assert client.post(f"/held/{held.pk}/accept").status_code == 422
    assert not Post.objects.exists()


def test_who_may_not_decide_finds_no_letters(client, held, ann):
    for act in ("accept", "discard"):
        assert client.post(f"/held/{held.pk}/{act}").status_code == 302
    client.force_login(ann)

    assert client.get("/g/tarn/manage/held").status_code == 404
    for act in ("accept", "discard"):
        assert client.post(f"/held/{held.pk}/{act}").status_code == 404
    held.refresh_from_db()
    assert held.decided_at is None


def test_an_owner_of_another_group_decides_nothing_here(client, held):
    mallory = make.person("Mallory")
    make.group(owner=mallory, slug="other")
    client.force_login(mallory)

    assert client.post(f"/held/{held.pk}/accept").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_held_letters_ask_the_same_number_of_questions_for_any_length(
    client, tarn, olga, django_assert_num_queries, rows
):
    for number in range(rows):
        hold(tarn, subject=f"Letter {number}")
    client.force_login(olga)
    client.get("/g/tarn/manage/held")

    with django_assert_num_queries(8):
        client.get("/g/tarn/manage/held")


# Outgoing mail


@pytest.fixture
def outgoing(tmp_path, settings):
    settings.OUTGOING = tmp_path / "outgoing"
    raw = (
        b"From: tarn@localhost\r\nTo: tarn@localhost\r\nSubject: [tarn] Hello\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/alternative; boundary=cut\r\n\r\n--cut\r\nContent-Type: text/plain\r\n\r\n"
        b"The words.\r\n--cut\r\nContent-Type: text/html\r\n\r\n<p>The words.</p><script>1</script>\r\n--cut--\r\n"
    )
    transport.MaildirTransport().send([transport.Copy("x@localhost", "ann@example.org", transport.Sheet(raw))])
    return next(path.name for path in (settings.OUTGOING / "new").iterdir())


@pytest.fixture
def administrator(client):
    client.force_login(make.person("Ada", administrator=True))


def test_an_administrator_reads_what_would_have_gone_out(client, outgoing, administrator):
    page = text(client.get("/manage/outgoing"))
    assert "[tarn] Hello" in page
    assert "ann@example.org" in page

    page = text(client.get(f"/manage/outgoing/{outgoing}"))
    assert "The words." in page
    assert "<script>1" not in page


def test_the_html_of_a_letter_may_do_nothing(client, outgoing, administrator):
    answer = client.get(f"/manage/outgoing/{outgoing}/html")

    assert "<p>The words.</p>" in text(answer)
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_nobody_else_reads_outgoing_mail(client, outgoing, olga):
    pages = ["/manage/outgoing", f"/manage/outgoing/{outgoing}", f"/manage/outgoing/{outgoing}/html"]
    assert [client.get(page).status_code for page in pages] == [302] * 3

    client.force_login(olga)

    assert [client.get(page).status_code for page in pages] == [404] * 3


def test_a_letter_that_is_not_there_is_not_looked_for_elsewhere(client, outgoing, administrator):
    assert client.get("/manage/outgoing/nothing").status_code == 404
    assert client.get("/manage/outgoing/..%2F..%2Fsecret").status_code == 404


def test_letters_that_did_not_get_through_are_named(client, administrator, tmp_path, settings):
    settings.OUTGOING, settings.SMTP_URL = tmp_path, "smtp://localhost"
    assert "Nothing is stuck" in text(client.get("/manage/outgoing"))

    OutgoingLetter.objects.create(recipient="gone@example.org", raw=b"", error="550 No such user")

    page = text(client.get("/manage/outgoing"))
    assert "gone@example.org" in page
    assert "550 No such user" in page


# Leaving by the link of a letter (RFC 8058)


def test_looking_at_the_link_changes_nothing(client, tarn, ann):
    mine = tarn.memberships.get(person=ann)

    page = text(client.get(f"/mail/leave/{tokens.leave_token(mine.pk)}"))

    assert "Stop the mail" in page
    mine.refresh_from_db()
    assert mine.mail == "each"


def test_one_click_stops_the_mail_without_a_cookie_or_a_token_of_ours(tarn, ann):

    mine = tarn.memberships.get(person=ann)
    address = f"/mail/leave/{tokens.leave_token(mine.pk)}"
    provider = Client(enforce_csrf_checks=True)

    assert provider.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert provider.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200

    mine.refresh_from_db()
    assert (mine.mail, mine.left_at) == ("none", None)


def test_a_wrong_link_changes_nobody(client, tarn, ann):
    mine = tarn.memberships.get(person=ann)
    token = tokens.leave_token(mine.pk)

    assert client.post(f"/mail/leave/{make.wrong(token)}").status_code == 404
    assert client.get("/mail/leave/nonsense").status_code == 404

    mine.refresh_from_db()
    assert mine.mail == "each"
