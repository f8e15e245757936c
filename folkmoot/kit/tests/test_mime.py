import base64
from datetime import UTC, datetime
from email.utils import getaddresses

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from folkmoot.kit import mime
from folkmoot.kit.mime import Mailbox


def letter(text: str = "", **options) -> mime.Letter:
    return mime.read(text.encode(), **options)


def mixed(*parts: str, kind: str = "mixed") -> str:
    return f"Content-Type: multipart/{kind}; boundary=b\n\n" + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"


PLAIN = "Content-Type: text/plain\n\nplain words\n"
HTML = "Content-Type: text/html\n\n<p>rich <b>words</b></p>\n"


def test_a_plain_letter_is_read():
    found = letter(
        "From: Ann Lee <Ann@Example.org>\r\nTo: moot@example.org\r\nSubject: The\r\n hall\r\nMessage-ID: <1@x>\r\n"
        "In-Reply-To: <0@x>\r\nReferences: <a@x> <b@x> <0@x>\r\nDate: Wed, 4 Mar 2026 12:00:00 +0100\r\n"
        "List-Id: The moot <moot.Example.org>\r\n\r\nHello\r\nyou\r\n"
    )

    assert found.sender == Mailbox("Ann Lee", "ann@example.org")
    assert found.to == (Mailbox("", "moot@example.org"),)
    assert (found.subject, found.body, found.markup) == ("The hall", "Hello\nyou", "text")
    assert found.parents == ("<0@x>", "<b@x>", "<a@x>")
    assert found.date == datetime(2026, 3, 4, 11, 0, tzinfo=UTC)
    assert (found.list_ids, found.loops) == (("moot.example.org",), ("moot.example.org",))
    assert (found.message_id, found.has_own_id) == ("<1@x>", True)
    assert (found.attached, found.automatic, found.problems) == ((), "", ())


def test_a_letter_without_id_gets_one_that_stays():
    first, again, other = letter("Subject: a\n\nb"), letter("Subject: a\n\nb"), letter("Subject: a\n\nc")

    assert first.message_id == again.message_id != other.message_id
    assert not first.has_own_id


@pytest.mark.parametrize("raw", [b"", b"\r\n\n", b"\0"])
def test_nothing_is_no_letter(raw):
    with pytest.raises(mime.Unreadable):
        mime.read(raw)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('"Lee, Ann" <a@x.org>', Mailbox("Lee, Ann", "a@x.org")),
        ("=?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?= <a@x.org>", Mailbox("Zoë", "a@x.org")),
        ('"=?iso-8859-1?q?J=F6rn with blanks?=" <a@x.org>', Mailbox("Jörn with blanks", "a@x.org")),
        ("a@x.org (Ann (the elder) Lee)", Mailbox("Ann the elder Lee", "a@x.org")),
        ("broken, Ann Lee <a@x.org>", Mailbox("Ann Lee", "a@x.org")),
        ("Friends: Ann <a@x.org>, Bob <b@x.org>;", Mailbox("Ann", "a@x.org")),
        ("undisclosed-recipients:;", Mailbox("", "")),
        ("Ann <a@x.org>, Bob <b@x.org>", Mailbox("Ann", "a@x.org")),
        ("a@x.org <a@x.org>", Mailbox("", "a@x.org")),
        ("\u202eAnn\u0007 \u2066Lee <a@x.org>", Mailbox("Ann Lee", "a@x.org")),
        ("Pete(A wonderful \\) chap) <pete(his account)@silly.test(his host)>", Mailbox("Pete", "pete@silly.test")),
        ("Ann <not an address>", Mailbox("Ann", "")),
        ("mailer-daemon", Mailbox("mailer-daemon", "")),
    ],
)
def test_senders_are_read_however_they_are_written(field, expected):
    assert letter(f"From: {field}\n\nx").sender == expected


CLEAR = [
    "a@x.org",
    "<a@x.org>",
    "Ann Lee <A@X.org>",
    '"Lee, Ann (the elder)" <a@x.org>',
    '"b@y.org via list" <a@x.org>',
    '"Ann \\"A.\\" Lee" <a@x.org>',
    "a@x.org (Ann (the elder) Lee)",
    "=?utf-8?Q?Zo=C3?= =?utf-8?Q?=AB?= <a@x.org>",
    "A. Lee, M.A. <a@x.org>".replace(",", ""),
    "a@x.org <a@x.org>",
    "Ann\n Lee\n <a@x.org>",
]
UNCLEAR = [
    "",
    "Ann",
    "a@x.org, b@y.org",
    "Ann <a@x.org>, Bob <b@y.org>",
    "<b@y.org> <a@x.org>",
    "b@y.org <a@x.org>",
    "Ann <a@x.org> Bob",
    "Ann <a@x.org> b@y.org",
    "Ann, Lee <a@x.org>",
    "Friends: Ann <a@x.org>;",
    "<@hop.org:a@x.org>",
    "<a@x.org",
    "<<a@x.org>>",
    "a@x.org b@y.org",
    "a@x.org>",
    '"Ann <a@x.org>',
    '"Ann" <b@y.org>" <a@x.org>',
    '"<b@y.org>" <a@x.org>',
    "a@x.org (<b@y.org>)",
    "(a@x.org",
    "a@x.org)",
    "=?utf-8?q?a=40x.org?=",
    "Ann <=?utf-8?q?a=40x.org?=>",
    "=?utf-8?q?Ann_<a=40x.org>?=",
    "Ann <a(his account)@x.org>",
    "Ann \\<b@y.org\\> <a@x.org>",
    "guido at example.org (Guido W)",
    "Ann <a@x.org>\nFrom: Ann <a@x.org>",
    "Ann <a@x.org>\nFROM : Bob <b@y.org>",
    "Ann <a@x.org>\nno field\nTo: c@z.org",
    "Ann <a@x.org>\n" + "X: y\n" * 1000,
]


@pytest.mark.parametrize("field", CLEAR)
def test_a_sender_is_clear_when_every_program_reads_the_same_one(field):
    found = letter(f"From: {field}\n\nx")

    assert found.sender_is_clear
    assert found.sender.address == "a@x.org"


@pytest.mark.parametrize("field", UNCLEAR)
def test_a_sender_is_not_clear_when_programs_may_read_different_ones(field):
    assert not letter(f"From: {field}\n\nx").sender_is_clear


def test_a_sender_field_is_no_clear_sender():
    found = letter("Sender: Ann <a@x.org>\n\nx")

    assert found.sender.address == "a@x.org"
    assert not found.sender_is_clear


@given(
    st.lists(st.sampled_from(['"', "<", ">", "(", ")", ",", ";", ":", "\\", " ", "a@x.org", "b@y.org", "=?", "Ann"]))
)
def test_a_clear_sender_is_the_only_one(pieces):
    field = "".join(pieces)
    found = letter(f"From: {field}\n\nx")
    theirs = getaddresses([field])

    assert not found.sender_is_clear or [address.lower() for _, address in theirs] == [found.sender.address]


def test_pipermail_addresses_count_only_in_its_archives():
    raw = "From: guido at example.org (Guido W)\n\nx"

    assert letter(raw, pipermail=True).sender == Mailbox("Guido W", "guido@example.org")
    assert letter(raw).sender.address == ""


def test_the_true_sender_behind_a_list_stands_in_reply_to_or_original_from():
    head = "From: Ann via Moot <moot@x.org>\nList-Id: <moot.x.org>\n"

    assert mime.true_sender(letter(head + "Reply-To: moot@x.org, Ann <a@x.org>\n\nx")) == Mailbox("Ann", "a@x.org")
    assert mime.true_sender(letter(head + "X-Original-From: A. Lee <a@x.org>\n\nx")) == Mailbox("A. Lee", "a@x.org")
    assert mime.true_sender(letter(head + "\nx")) == Mailbox("Ann", "moot@x.org")
    assert mime.true_sender(letter("From: Ann <a@x.org>\nReply-To: b@x.org\n\nx")) == Mailbox("Ann", "a@x.org")


@pytest.mark.parametrize(
    ("charset", "raw", "expected"),
    [
        ("gb2312", "镕".encode("gb18030"), "镕"),
        ("ks_c_5601-1987", "스티해".encode("cp949"), "스티해"),
        ("iso-8859-8-i", "שלום".encode("iso-8859-8"), "שלום"),
        ("iso-8859-1", "“€”".encode("windows-1252"), "“€”"),
        ("us-ascii", "Zoë".encode(), "Zoë"),
        ("utf-8", "Zoë".encode("latin-1"), "Zoë"),
        ("x-unknown", "Zoë".encode(), "Zoë"),
        ("iso-2022-jp", "テスト".encode("iso-2022-jp"), "テスト"),
        ("unicode-1-1-utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
        ("utf-7", b"+ADw-script+AD4-", "+ADw-script+AD4-"),
        ("rot13", b"hello", "hello"),
        ("punycode", b"\xff" * 3, "ÿÿÿ"),
        ("utf-8", b"a\0b\x08c", "abc"),
    ],
)
def test_text_is_read_in_every_charset_also_when_it_lies(charset, raw, expected):
    assert mime.read(b"Content-Type: text/plain; charset=" + charset.encode() + b"\n\n" + raw).body == expected


def test_what_was_guessed_is_told():
    found = mime.read(b"Content-Type: text/plain; charset=x-foo\n\nZo\xeb")

    assert found.problems == ("charset 'x-foo' unknown, read as windows-1252",)


def test_raw_letters_in_headers_are_read():
    assert mime.read(b"Subject: Zo\xeb\n\nx").subject == "Zoë"
    assert mime.read("Subject: Zoë\n\nx".encode()).subject == "Zoë"


@pytest.mark.parametrize(
    "date", ["", "yesterday", "Wed, 99 Mar 2026 12:00:00 +0000", "4 Mar 1066 12:00:00 +0000", "1" * 500]
)
def test_an_absurd_date_is_none(date):
    assert letter(f"Date: {date}\n\nx").date is None


def test_plain_text_is_preferred_when_it_says_something():
    excuse = "Content-Type: text/plain\n\nPlease enable HTML to view this message.\n"

    assert letter(mixed(PLAIN, HTML, kind="alternative")).body == "plain words"
    for empty in (excuse, "Content-Type: text/plain\n\n \n"):
        found = letter(mixed(empty, HTML, kind="alternative"))
        assert (found.body, found.markup) == ("rich **words**", "markdown")


def test_html_becomes_markdown_without_scripts_trackers_and_hidden_words():
    found = letter(
        "Content-Type: text/html\n\n<html><head><title>t</title><style>s</style></head><body>"
        '<div style="display:none">preheader</div><script>evil()</script><h2>Hall</h2>'
        "<table><tr><th>Day</th><th>Who</th></tr><tr><td>Mon</td><td>Ann</td></tr></table>"
        '<img src="https://t.example/p.gif" width="1" height="1"><img src="cid:plan@x" alt="Plan">'
        '<a href="https://example.org">more</a><blockquote>old</blockquote>'
    )

    assert found.body == (
        "## Hall\n\n| Day | Who |\n| --- | --- |\n| Mon | Ann |\n\n"
        "![Plan](cid:plan@x)[more](https://example.org)\n> old"
    )


def test_parts_of_a_list_letter_are_joined_and_files_kept_apart():
    footer = "Content-Type: text/plain\n\n_______________\nMoot mailing list\n"
    patch = 'Content-Type: text/plain; name="fix.patch"\nContent-Disposition: inline\n\n+x\n'
    found = letter(mixed(PLAIN, patch, footer))

    assert found.body == "plain words\n\n_______________\nMoot mailing list"
    assert [(file.name, file.content) for file in found.attached] == [("fix.patch", b"+x\n")]


def test_plain_footers_keep_their_lines_beside_html():
    found = letter(mixed(HTML, "Content-Type: text/plain\n\n___\n*Moot* list\n"))

    assert found.body == "rich **words**\n\n\\_\\_\\_\\\n\\*Moot\\* list"


def test_pictures_in_the_text_are_files_that_know_their_place():
    picture = "Content-Type: image/png\nContent-ID: <plan@x>\nContent-Transfer-Encoding: base64\n\niVBORw0K\n"
    found = letter(mixed(HTML, picture, kind="related"))

    assert [(file.name, file.content_id, file.is_inline) for file in found.attached] == [("image.png", "plan@x", True)]


def test_signatures_calendars_and_forwarded_letters_are_files():
    found = letter(
        mixed(
            PLAIN,
            "Content-Type: application/pgp-signature; name=signature.asc\n\nxyz\n",
            "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\n",
            "Content-Type: message/rfc822\n\nSubject: Old news\n\nold\n",
            "Content-Type: application/ms-tnef; name=winmail.dat\n\nxyz\n",
        )
    )

    assert found.body == "plain words"
    assert [file.name for file in found.attached] == ["signature.asc", "attachment.ics", "Old news.eml", "winmail.dat"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\evil\\\\a.exe"', "a.exe"),
        ("attachment; filename*=utf-8''%D0%A1%D0%BF%D0%B8%D1%81%D0%BE%D0%BA.doc", "Список.doc"),
        ("attachment; filename*0*=iso-8859-1''J%F6; filename*1=rn.txt", "Jörn.txt"),
        ('attachment; filename="=?utf-8?B?Sm9zw6kudHh0?="', "José.txt"),
        ('attachment; filename="a\u202egpj.exe"', "a gpj.exe"),
        (f'attachment; filename="{"x" * 300}.tar"', "x" * 116 + ".tar"),
        ('attachment; filename=""', "attachment.txt"),
        ("attachment; filename=..", "attachment.txt"),
    ],
)
def test_names_of_files_are_safe_in_any_script(header, name):
    found = letter(mixed(PLAIN, f"Content-Type: text/plain\nContent-Disposition: {header}\n\nx\n"))

    assert [file.name for file in found.attached] == [name]


def test_no_two_files_have_one_name():
    found = letter(mixed(*(f"Content-Type: image/gif; name={name}\n\nx\n" for name in ("a.gif", "a.gif", "A.GIF"))))

    assert [file.name for file in found.attached] == ["a.gif", "a (2).gif", "A (3).GIF"]


def test_flowed_lines_become_whole():
    head = "Content-Type: text/plain; format=flowed"

    assert letter(head + "\n\na \nb\n> c \n> d\n>> e\n-- \nf").body == "a b\n> c d\n>> e\n-- \nf"
    assert letter(head + "; delsp=yes\n\nA \nB").body == "AB"
    assert letter(head + "\n\n >x\n From y").body == ">x\nFrom y"


def test_base64_with_garbage_and_what_is_only_called_base64():
    head = "Content-Transfer-Encoding: base64\n\n"
    text = base64.b64encode(b"hello you").decode()

    assert letter(head + text[:6] + "\n!\n" + text[6:].rstrip("=")).body == "hello you"
    assert letter(head + "Hello, dear friends! How are you? - Ann.").body == "Hello, dear friends! How are you? - Ann."


def test_headers_that_a_program_broke_are_mended():
    assert letter("Subject: a\nb c\nFrom: a@x.org\n\nx").sender.address == "a@x.org"
    assert letter("Subject: a\nHello you,\nhow are you?").body == "Hello you,\nhow are you?"
    assert letter("From x Wed Mar  4 12:00:00 2026\nSubject: a\n\nx").subject == "a"
    assert letter("\n\nSubject: a\n\nx").subject == "a"
    assert mime.read(b"Subject: a\r\rx\ry\r").body == "x\ny"


def test_a_very_long_text_is_cut_but_not_lost():
    text = "word\n" * 60_000
    found = letter("Subject: a\n\n" + text)

    assert len(found.body) <= 200_000
    assert found.attached[0].name == "rest-of-letter.txt"
    assert found.body.count("word") + found.attached[0].content.count(b"word") == 60_000


def words_in(found: mime.Letter, word: str) -> int:
    return found.body.count(word) + sum(file.content.decode().count(word) for file in found.attached)


def test_of_very_many_html_parts_the_first_are_read_and_the_others_files():
    page = "Content-Type: text/html\n\n" + "<p>some <b>rich</b> word</p>" * 1000 + "\n"
    found = letter(mixed(*[page] * 190))

    assert found.body.count("word") < 10_000
    assert words_in(found, "word") >= 190_000  # what was cut is a file as well
    assert found.markup == "markdown"


@pytest.mark.parametrize("beside", [[], [HTML]])
@pytest.mark.parametrize("flowed", ["", "; format=flowed"])
def test_of_very_many_texts_the_first_are_read_and_the_others_files(flowed, beside):
    text = f"Content-Type: text/plain{flowed}\n\n" + "*word \n" * 5000
    found = letter(mixed(*beside, *[text] * 100))

    assert len(found.body) <= 200_000
    assert words_in(found, "w") == 500_000 + len(beside)


REPORT = "Content-Type: multipart/report; boundary=b{}\n\n--b\n\nfailed\n--b\nContent-Type: message/{}\n\nx: y\n--b--\n"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("From: a@x.org\nSubject: Out of office policy\n\nx", ""),
        ("From: a@x.org\nAuto-Submitted: no\n\nx", ""),
        ("From: a@x.org\nPrecedence: bulk\nList-Id: <l.x.org>\n\nx", ""),
        ("From: a@x.org\nAuto-Submitted: auto-replied\n\nx", "auto-reply"),
        ("From: a@x.org\nPrecedence: bulk\n\nx", "auto-reply"),
        ("From: a@x.org\nPrecedence: auto_reply\n\nx", "auto-reply"),
        ("From: a@x.org\nX-Autoreply: yes\n\nx", "auto-reply"),
        ("From: a@x.org\nX-Auto-Response-Suppress: All\n\nx", "auto-reply"),
        ("From: a@x.org\nReturn-Path: <>\nSubject: Out of office\n\nx", "auto-reply"),
        ("From: a@x.org\nReturn-Path: <>\n\nx", "bounce"),
        ("From: MAILER-DAEMON@x.org\n\nx", "bounce"),
        (REPORT.format("; report-type=delivery-status", "delivery-status"), "bounce"),
        (REPORT.format("", "delivery-status"), "bounce"),
        (REPORT.format("; report-type=disposition-notification", "disposition-notification"), "receipt"),
        (REPORT.format("; report-type=feedback-report", "feedback-report"), "complaint"),
    ],
)
def test_what_no_person_wrote_is_known(raw, expected):
    assert letter(raw).automatic == expected


def test_the_null_sender_of_the_envelope_counts():
    assert letter("From: a@x.org\n\nx", envelope_sender="<>").automatic == "bounce"
    assert letter("From: a@x.org\n\nx", envelope_sender="a@x.org").automatic == ""


def nested(count: int) -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (at, at) for at in range(count))


HOSTILE = {
    "10,000 parts within each other": nested(10_000),
    "100,000 parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000,
    "a header without end": b"Subject: " + b"x" * 5_000_000,
    "100,000 fields": b"X-A: b\n" * 100_000 + b"\nx",
    "open comments": b"From: " + b"(" * 100_000 + b"\n\nx",
    "blanks in From": b"From: x" + b" " * 200_000 + b"y\n\nx",
    "a long word in From": b"From: " + b"a" * 200_000 + b"\n\nx",
    "open references": b"References: " + b"a@" * 100_000 + b"\n\nx",
    "open encoded words": b"Subject: " + b"=?utf-8?q?" * 20_000 + b"\n\nx",
    "boxes in boxes": b"Content-Type: text/html\n\n" + b"<div>" * 100_000 + b"x",
    "190 pages of HTML": b"Content-Type: multipart/mixed; boundary=b\n\n"
    + (b"--b\nContent-Type: text/html\n\n" + b"<p>some <b>rich</b> words</p>" * 5000 + b"\n") * 190,
    "400 texts beside HTML": b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>x</p>\n"
    + (b"--b\n\n" + b"*_wo\n" * 14_000) * 400,
    "quotes in quotes": b"Content-Type: text/html\n\n" + b"<blockquote>" * 150 + b"x",
}


@pytest.mark.timeout(30)  # a guard against hanging; how fast it is, the bench tells
@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE.keys())
def test_letters_made_to_stop_us_do_not(raw):
    found = mime.read(raw)

    assert len(found.attached) <= 501


PIECES = [
    *(b"From: ", b"To: ", b"Subject: ", b"Date: ", b"References: ", b"=?utf-8?b?", b"?=", b'"', b"<a@b>", b"("),
    *(b"--b\n", b"--b--\n", b"\n\n", b"\r\n\r\n", b"\n ", b"utf-16\n", b"iso-2022-jp\n"),
    b"Content-Type: multipart/mixed; boundary=b\n",
    b"Content-Type: text/html; charset=",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Disposition: attachment; filename*0*=",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=30).map(b"".join), st.booleans())
@example(b"\xff\xfe", False)
@example(b"From: =?utf-16?b?/////w==?= <a@b>\n\nx", True)
def test_any_bytes_are_a_letter_or_unreadable(raw, pipermail):
    try:
        found = mime.read(raw, pipermail=pipermail)
    except mime.Unreadable:
        return

    texts = (found.body, found.subject, found.sender.name, found.message_id, *(file.name for file in found.attached))
    assert all("\0" not in text and text.encode() is not None for text in texts)
    assert all("\n" not in text and len(text) <= 2000 for text in texts[1:])
    assert all(file.name and "/" not in file.name and len(file.name) <= 120 for file in found.attached)
