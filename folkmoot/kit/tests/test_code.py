import html
import re
import time

import pytest

from folkmoot.kit import code, markdown

NASTY = ["(", "<", '"', "\\", "/*", "a" * 50, " ", "<a b=", "${"]


def words_of(page):
    return html.unescape(re.sub("<[^>]*>", "", page))


def test_code_that_names_its_language_is_coloured_by_classes_of_ours():
    page = markdown.to_html("```python\ndef f():  # why\n    return 'x'\n```")

    assert '<code class="language-python"><span class="code-k">def</span>' in page
    assert '<span class="code-c"># why</span>' in page
    assert "style" not in page


@pytest.mark.parametrize("language", ["", "klingon", "../x", "text", "PYTHON2000"])
def test_code_of_an_unknown_language_is_shown_as_it_is(language):
    assert code.coloured("a < b", language) == "a &lt; b"


def test_more_code_than_is_coloured_is_shown_plain_and_whole():
    long = "x = 1\n" * 2000

    assert code.coloured(long, "python") == long
    page = markdown.to_html(f"```python\n{long}```\n\n```python\ny = 2\n```")
    assert words_of(page).split("\n")[0] == "x = 1"
    assert '<span class="code-n">2</span>' in page


@pytest.mark.timeout(120)  # a guard against hanging
@pytest.mark.parametrize("language", sorted(code.LANGUAGES))
def test_no_language_takes_long_over_what_was_made_for_it_and_nothing_is_lost(language):
    for nasty in NASTY:
        text = (nasty * code.LONGEST)[: code.LONGEST]
        began = time.process_time()

        page = code.coloured(text, language)

        assert time.process_time() - began < 3, nasty
        assert words_of(page) == text


def test_nobody_brings_classes_of_their_own():
    page = markdown.to_html('<span class="code-k evil">x</span>\n\n```"><b class="bar\nx\n```')

    assert "<span" not in page
    assert "<code class" not in page


def test_boxes_to_tick_are_shown_as_boxes():
    page = markdown.to_html("- [ ] cake\n- [x] *cups*\n\n[x] is no list")

    assert "<li>☐ cake</li>" in page
    assert "<li>☑ <em>cups</em></li>" in page
    assert "[x] is no list" in page
