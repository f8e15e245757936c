"""Letters that no one here wrote: two lists' archives, torture mail, replies and bounces."""

import html
import re
from pathlib import Path

import pytest

from folkmoot.kit import letters, mbox, mime, plaintext

ARCHIVES = {
    "usrp-users/2019.mbox.xz": 1414,
    "usrp-users/2020.mbox.xz": 2028,
    "usrp-users/2021.mbox.xz": 2148,
    "usrp-users/2022.mbox.xz": 1461,
    "usrp-users/large-messages.mbox.xz": 40,
}
NOT_A_BOUNCE = {"is-not-bounce-01.eml": "", "is-not-bounce-02.eml": "", "rb-issue-368-bug.eml": "auto-reply"}
# A list's own refusals, which look like letters of its owner, and a bounce that a person forwarded.
UNSEEN = {"lhost-fml-02.eml", "lhost-fml-03.eml", "lhost-sendmail-14.eml"}


def messages(path: Path) -> list[mbox.RawMessage]:
    with mbox.open_mbox(path) as file:
        return list(mbox.messages(file))


def files(folder: Path, pattern: str = "**/*") -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file() and path.suffix != ".ref")


def said(page: str) -> str:
    """What a reader sees before unfolding anything."""
    page = re.sub(r"(?s)<details.*?</details>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_has_as_many_messages_as_others_count(corpora, name):
    assert len(messages(corpora / "mail-archives" / name)) == ARCHIVES[name]


def test_a_pipermail_archive_has_as_many_messages_as_others_count(corpora):
    found = [message for path in files(corpora / "mail-archives/twisted-web") for message in messages(path)]

    assert len(found) == 5374
    assert sum(message.is_pipermail for message in found) > 5000


@pytest.mark.parametrize("name", ["usrp-users/2019.mbox.xz", "usrp-users/2022.mbox.xz", "twisted-web/2005-May.txt.gz"])
def test_archives_are_read_whole(corpora, name):
    raws = messages(corpora / "mail-archives" / name)
    found = [mime.read(message.raw, pipermail=message.is_pipermail) for message in raws]

    assert all(letter.sender.address and letter.has_own_id and letter.date for letter in found)
    assert all(letter.automatic == "" for letter in found)
    assert sum(bool(letter.body) for letter in found) >= len(found) * 0.99
    assert all("charset" in problem for letter in found for problem in letter.problems)


def test_the_true_sender_is_found_behind_a_list_that_writes_itself_into_from(corpora):
    found = [mime.read(message.raw) for message in messages(corpora / "mail-archives/usrp-users/2019.mbox.xz")]
    masked = [letter for letter in found if " via " in letter.sender.name]
    unmasked = [letter for letter in masked if mime.true_sender(letter).address != "usrp-users@lists.ettus.com"]

    assert len(masked) > 100
    assert len(unmasked) == len(masked)


@pytest.mark.parametrize("name", ["usrp-users/2021.mbox.xz", "twisted-web/2004-June.txt.gz"])
def test_no_word_of_an_archive_is_lost_on_the_page(corpora, name):
    for message in messages(corpora / "mail-archives" / name):
        letter = mime.read(message.raw, pipermail=message.is_pipermail)
        if letter.markup == "text":
            page = plaintext.to_html(letter.body)
            shown = html.unescape(re.sub(r"<summary>.*?</summary>|<[^>]*>", "", page))
            assert sorted(re.findall(r"\w+", shown)) == sorted(re.findall(r"\w+", letter.body))


def test_torture_mail_is_read_or_refused_in_words(corpora):
    refused = set()
    for path in files(corpora / "mail-mime"):
        try:
            mime.read(path.read_bytes())
        except mime.Unreadable:
            refused.add(path.name)

    assert refused == {"sample_output_multipart"}  # it is empty


def test_mime_tools_letters_have_the_files_that_its_authors_expect(corpora):
    folder = corpora / "mail-mime/mime-tools"
    expected = {
        "multi-2gifs": ["3d-compress.gif", "3d-eye.gif"],
        "multi-igor": ["Makefile", "multi-nested.msg", "Parser.n.out"],
        "dup-names": ["one.gif", "one (2).gif", "two.nice.gif", "two.nice (2).gif", "two.nice (3).gif"],
        "russian": ["Список.doc"],
        "attachment-filename-encoding-Latin1": ["attachment.äöü"],
        "attachment-filename-encoding-UTF8": ["attachment.äöü"],
        "multi-digest": ["embedded message 1.eml", "embedded message 2.eml"],
        "simple": [],
        "hdr-fakeout": [],
    }

    found = {name: mime.read((folder / f"{name}.msg").read_bytes()).attached for name in expected}

    assert {name: [file.name for file in attached] for name, attached in found.items()} == expected


@pytest.mark.parametrize("line_ends", ["bsd", "dos", "mac"])
def test_bounces_vacations_and_complaints_are_no_person_s_letters(corpora, line_ends):
    found = {
        path.name: mime.read(path.read_bytes()).automatic
        for path in files(corpora / "mail-bounces/sisimai" / line_ends)
    }

    unseen = {name for name, automatic in found.items() if not automatic}
    assert unseen <= UNSEEN
    assert len(found) - len(unseen) >= len(found) * 0.99
    assert {kind for name, kind in found.items() if name.startswith("rfc3834")} == {"auto-reply"}
    assert {kind for name, kind in found.items() if name.startswith("arf")} <= {"complaint", "auto-reply"}
    assert {kind for name, kind in found.items() if name.startswith("rfc3464")} == {"bounce"}


def test_what_is_no_bounce_is_not_called_one(corpora):
    found = {path.name: mime.read(path.read_bytes()).automatic for path in files(corpora / "mail-bounces/sisimai/not")}

    assert found == NOT_A_BOUNCE


def test_broken_bounces_are_read(corpora):
    for path in files(corpora / "mail-bounces/sisimai/err"):
        mime.read(path.read_bytes())


def test_replies_of_many_programs_show_the_answer_and_fold_the_rest(corpora):
    folder = corpora / "mail-replies/talon/standard_replies"
    shown = {}
    for path in files(folder, "*.eml"):
        letter = mime.read(path.read_bytes())
        shown[path.stem] = said(letters.to_html(letter.body, letter.markup))

    thunderbird = shown.pop("thunderbird")
    assert set(shown.values()) == {"Hello"}
    assert thunderbird.endswith("Megan One wrote: Hi Hello")  # a question of one line stays above its answer


def test_html_replies_show_the_answer_and_fold_the_rest(corpora):
    shown = {}
    for path in files(corpora / "mail-replies/talon/html_replies"):
        letter = mime.read(b"Content-Type: text/html; charset=utf-8\n\n" + path.read_bytes())
        shown[path.stem] = said(letters.to_html(letter.body, letter.markup))

    assert {text for text in shown.values() if "Hello! How are you" not in text} == {"Hi. I am fine. Thanks, Alex"}
    assert sum("Hello! How are you" in text for text in shown.values()) <= 1


def test_a_quote_that_has_hung_other_programs_does_not_hang_us(corpora):
    text = (corpora / "mail-replies/email_reply_parser/email_long_quote.txt").read_text()
    page = plaintext.to_html(text)

    assert said(page).startswith("Hi folks")


def test_email_reply_parser_s_letters_fold_what_its_authors_hide(corpora):
    folder = corpora / "mail-replies/email_reply_parser"
    visible = {path.stem: said(plaintext.to_html(path.read_text())) for path in files(folder)}

    assert visible["email_1_1"].endswith("-Abhishek Kona")
    assert visible["email_1_3"].startswith("Oh thanks.")
    assert "Russell Brown" not in visible["email_1_3"]
    assert visible["email_2_1"] == "Outlook with a reply"
    assert visible["email_iPhone"] == "Here is another email"
    assert visible["email_BlackBerry"] == "Here is another email"
    assert visible["correct_sig"] == "this is an email with a correct -- signature."
    assert "On your remote host you can run:" in visible["greedy_on"]
    assert visible["pathological"].startswith("I think you're onto something.")
