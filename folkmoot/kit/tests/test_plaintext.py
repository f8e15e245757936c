import html
import re

import pytest
from bs4 import BeautifulSoup
from hypothesis import example, given
from hypothesis import strategies as st

from folkmoot.kit import letters, markdown, plaintext
from folkmoot.kit.plaintext import Words


def said(page: str) -> str:
    """What a reader sees before unfolding anything."""
    return words(re.sub(r"(?s)<details.*?</details>", "", page))


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


LONG_QUOTE = "".join(f"> line {number}\n" for number in range(11))

ATTRIBUTIONS = [
    "On Mon, 2 Mar 2026 at 10:00, Ngozi Ade <ngozi@example.org> wrote:",
    "On Mon, 2 Mar 2026 at 10:00, Ngozi Ade\n<ngozi@example.org> wrote:",
    "Am 02.03.2026 um 10:00 schrieb Ngozi Ade:",
    "Le lun. 2 mars 2026 à 10:00, Ngozi Ade <ngozi@example.org> a écrit :",
    "El lun, 2 mar 2026 a las 10:00, Ngozi Ade (<ngozi@example.org>) escribió:",
    "Ngozi Ade wrote:",
    "2026/3/2 Ngozi Ade <ngozi@example.org>",
    "Il giorno lun 2 mar 2026 alle ore 10:00 Ngozi Ade <ngozi@example.org> ha scritto:",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_a_long_quote_folds_under_its_author(attribution):
    page = plaintext.to_html(f"Yes, I do.\n\n{attribution}\n{LONG_QUOTE}")

    assert said(page) == "Yes, I do."
    assert "<summary>Quotes 11 lines of Ngozi Ade</summary>" in page
    assert "ngozi" not in said(page)


@pytest.mark.parametrize(
    "original",
    [
        "-----Original Message-----\nFrom: Ngozi Ade <n@example.org>\nSent: Monday\nTo: me\nSubject: x\n\nOld words",
        "________________________________\nVon: Ngozi Ade\nGesendet: Montag\nAn: mich\nBetreff: x\n\nAlte Worte",
        "De : Ngozi Ade\nEnvoyé : lundi\nÀ : moi\nObjet : x\n\nVieux mots",
    ],
)
def test_what_outlook_quotes_without_marks_folds_too(original):
    page = plaintext.to_html(f"Yes, I do.\n\n{original}\n")

    assert said(page) == "Yes, I do."
    assert "of Ngozi Ade</summary>" in page


def test_an_announcement_with_fields_is_no_earlier_letter():
    page = plaintext.to_html("Next meeting:\n\nDate: Monday\nFrom: 18:00\nTo: 20:00\n\nBring a chair.\n")

    assert "<details" not in page


def test_a_short_quote_before_an_answer_stays_open_as_the_question():
    page = plaintext.to_html(f"> Who has the key?\n\nI do.\n\n{LONG_QUOTE}\nFine.\n")

    assert said(page) == "Who has the key? I do. Fine."
    assert "<summary>Quotes 11 lines</summary>" in page


def test_a_quoted_paragraph_on_one_line_is_no_short_quote():
    page = plaintext.to_html("> " + "as long as a paragraph " * 20 + "\n\nYes.")

    assert said(page) == "Yes."


def test_a_letter_that_only_quotes_and_one_that_forwards_are_open():
    assert "<details" not in plaintext.to_html(LONG_QUOTE)
    assert "Old" in said(plaintext.to_html("FYI\n\n-------- Forwarded Message --------\nFrom: Ann\n\nOld\n"))


def test_quotes_within_quotes_are_nested():
    page = plaintext.to_html("> > one\n> two\n")

    assert page.count("<blockquote>") == 2


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn\n+49 30 1234",
        "_______________________________________________\nmoot mailing list\nmoot@example.org",
        "Sent from my telephone".replace("telephone", "Phone"),
    ],
)
def test_signatures_and_list_footers_fold(signature):
    page = plaintext.to_html(f"Words.\n\n{signature}\n")

    assert said(page) == "Words."
    assert '<details class="fold signature"><summary>Signature</summary>' in page


def test_a_signature_above_the_quote_folds_apart_from_it():
    page = plaintext.to_html(f"Words.\n-- \nAnn\n\n{ATTRIBUTIONS[0]}\n{LONG_QUOTE}")

    assert said(page) == "Words."
    assert page.count("<details") == 2


def test_drawings_code_and_columns_keep_their_blanks_and_lists_do_not_become_code():
    page = plaintext.to_html("So:\n\n    def f():\n\n        return 1\n\na   b\nc   d\n\n- one\n  and more\n- two\n")

    assert "<pre>    def f():\n\n        return 1\n\na   b\nc   d</pre>" in page
    assert "<p>- one<br>\n&nbsp;&nbsp;and more<br>\n- two</p>" in page


def test_a_python_session_is_no_quote():
    page = plaintext.to_html("Try:\n\n>>> print(1)\n1\n")

    assert "<pre>&gt;&gt;&gt; print(1)\n1</pre>" in page
    assert "blockquote" not in page


def test_links_are_links_and_pictures_are_our_own():
    page = plaintext.to_html('https://a.example/?b=c&d="x\n[cid:1@x] [cid:2]', images={"cid:1@x": "/files/1/a.png"})

    assert '<a href="https://a.example/?b=c&amp;d=" rel="nofollow noopener ugc">' in page
    assert '<img src="/files/1/a.png"' in page
    assert "[cid:2]" in page


@pytest.mark.parametrize("show", [plaintext.to_html, markdown.to_html])
def test_an_address_without_scheme_leads_to_its_host_whatever_follows(show):
    page = show("www.a.example/?to=http://b.example/ https:// http://. www.c.example")

    assert re.findall('href="([^"]*)"', page) == [
        "https://www.a.example/?to=http://b.example/",
        "https://www.c.example",
    ]


EVIL = "/files/1/x\" onerror=alert(1) y='onmouseover=alert(1);'"


@pytest.mark.parametrize(
    "text",
    [
        "https://x.example/[cid:abc]",
        "https://x.example/?a=b&c=[cid:abc]d",
        "www.x.example/[cid:abc][cid:abc]",
        "https://[cid:abc]",
        "[cid:abc]https://x.example/",
        "HTTP://x.example/([cid:abc])",
    ],
)
@pytest.mark.parametrize("picture", ["/files/1/onmouseover=alert(1);'", EVIL])
def test_a_picture_beside_an_address_stands_beside_the_link(text, picture):
    page = plaintext.to_html(text, images={"cid:abc": picture})

    assert_harmless(page, {picture})
    assert "<img" in page
    assert not BeautifulSoup(page, "html.parser").select("a img")


def test_the_words_of_folds_can_be_in_any_language():
    german = Words("Zitat", "Zitat von {name}", "{count} Zeilen", "{count} Zeilen von {name}", "<Unterschrift>")

    page = plaintext.to_html(f"Ja.\n\n{ATTRIBUTIONS[2]}\n{LONG_QUOTE}\n-- \nA", words=german)

    assert "11 Zeilen von Ngozi Ade" in page
    assert "&lt;Unterschrift&gt;" in page


def test_quotes_fold_in_letters_that_came_as_html_too():
    page = letters.to_html(
        "Yes, **I** do.\n\n**From:** Ngozi Ade\n**Sent:** Monday\n**To:** me\n\nOld words", "markdown"
    )

    assert said(page) == "Yes, I do."
    assert "Old words" in page


LINES = st.one_of(
    st.sampled_from(
        ["", "-- ", "> ", ">> a", "> b", ">>> c", *ATTRIBUTIONS[:4], "From: x", "Sent: y", "To: z", "   d   e", "\tf"]
    ),
    st.text(alphabet=st.characters(exclude_categories=["C"], exclude_characters="\u2028\u2029\x85"), max_size=30),
    st.sampled_from(
        ["<script>alert(1)</script>", "http://a.example/<b>", '"><img src=x onerror=x>', "[cid:a]", "&lt;"]
    ),
)


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_no_word_is_lost_and_none_becomes_markup(text):
    page = plaintext.to_html(text)

    assert not re.search(r"<(?!/?(p|br|pre|blockquote|details|summary|a)\b)", page)
    assert page.count("<blockquote>") == page.count("</blockquote>")
    assert page.count("<details") == page.count("</details>")
    shown = re.sub(r"\s|>", "", html.unescape(re.sub(r"<summary>.*?</summary>|<[^>]*>", "", page)))
    position = 0
    for word in re.sub(r">", " ", text).split():
        position = shown.find(word, position)
        assert position >= 0, word
        position += len(word)


SHOWN = {
    "a": {"href", "rel"},
    "img": {"src", "alt", "loading"},
    "details": {"class"},
    "p": {"class"},
}


def assert_harmless(page, pictures):
    """As a browser reads it: only tags and attributes that we write, leading where they may."""
    for tag in BeautifulSoup(page, "html.parser").find_all(True):
        assert set(tag.attrs) <= SHOWN.get(tag.name, set())
        assert tag.name in SHOWN or tag.name in {"br", "pre", "blockquote", "summary"}
        assert re.match(r"https?://(?!$)", tag.get("href", "http://x"), re.IGNORECASE)
        assert tag.get("src") in {None, *pictures}


PIECES = st.sampled_from(
    [
        *"https:// www.x.example/ x [cid:abc] [cid: abc ] [ ( ) & &amp; amp; ; \" ' < > = .".split(),
        *(" ", "\n", "> ", "-- \n", "\x85", "\u2028", "İ", "ſ", "onerror=alert(1)", "<img src=x>"),
    ]
)


@given(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=20), st.sampled_from(["text", "markdown"]))
@example("https://x.example/[cid:abc]", EVIL, "text")
def test_of_any_text_and_any_picture_comes_only_what_we_write(text, picture, markup):
    page = letters.to_html(text, markup, images={"cid:abc": picture})

    if markup == "text":
        assert_harmless(page, {picture})
    assert not re.search(r"(?i)<[a-z][^>]*\bon\w+=", re.sub(r'"[^"]*"', '""', page))


def test_wide_gaps_between_sentences_do_not_make_a_drawing():
    assert "<pre>" not in plaintext.to_html("It is quite old.   However, all hope is not lost.\nSee this file.")
