import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit import markdown


def test_no_picture_is_asked_of_another_site():
    html = markdown.to_html("![a cat](https://elsewhere.example/cat.png) ![](//elsewhere.example/dog.png)")

    assert "<img" not in html
    assert '<a href="https://elsewhere.example/cat.png" rel="nofollow noopener ugc">a cat</a>' in html


def test_own_pictures_are_shown_those_of_a_letter_by_their_new_address():
    html = markdown.to_html(
        "![](/files/7/hall.png) ![plan](cid:1@x) ![](cid:2)", images={"cid:1@x": "/files/8/plan.png"}
    )

    assert 'src="/files/7/hall.png"' in html
    assert 'src="/files/8/plan.png"' in html
    assert "cid:1@x" not in html
    assert html.count("<img") == 2


def test_headings_stand_below_those_of_the_page():
    assert markdown.to_html("# One\n###### Six") == "<h3>One</h3>\n<h6>Six</h6>\n"


def test_html_is_words_and_scripts_are_no_links():
    html = markdown.to_html("<script>x</script> [a](javascript:alert(1)) <b onclick=x>b</b>")

    assert "<script" not in html
    assert "<b" not in html
    assert "href" not in html


def test_bare_addresses_become_links_without_the_full_stop():
    html = markdown.to_html("See https://a.example/b_c_d?e=f&g=(h). Or www.b.example! Not `https://c.example`.")

    assert re.findall('href="([^"]*)"', html) == ["https://a.example/b_c_d?e=f&amp;g=(h)", "https://www.b.example"]


def test_code_keeps_its_language_and_cells_their_side():
    html = markdown.to_html('```python evil" onload="x\nx\n```\n\n| a |\n|--:|\n| b |')

    assert '<code class="language-python">' in html
    assert "onload" not in html
    assert '<td align="right">' in html


@pytest.mark.timeout(30)  # a guard against hanging
@pytest.mark.parametrize("opening", ["![", "[", "[a][", "{[", "[[]", "![a]("])
def test_brackets_without_end_are_words(opening):
    text = (opening * 50_000)[: markdown.LONGEST]

    assert html.unescape(re.sub("<[^>]*>", "", markdown.to_html(text))).strip() == text
    assert "<pre>" not in markdown.to_html(text)


def test_a_long_page_of_links_has_its_links():
    assert markdown.to_html("[a](https://a.example) " * 2000).count("<a ") == 2000


@given(st.text(alphabet=st.sampled_from("<>[]()!*_`~|-#:/\\\"'& \nahtps.cidjvr1"), max_size=200))
def test_nothing_dangerous_comes_of_any_text(text):
    html = markdown.to_html(text, images={"cid:a": "/files/1"})

    assert not re.search(r"<(?!/?(a|blockquote|br|code|em|h[3-6]|hr|img|li|ol|p|pre|s|strong|t[a-z]+|ul)\b)", html)
    assert not re.search(r'<img(?![^>]* src="/files/)', html)


def test_an_excerpt_is_one_line_of_what_was_said():
    quote = "<details class='fold'><summary>Quotes</summary><blockquote>old</blockquote></details>"
    html = quote + "<p>New<br>words &amp; more</p>"

    assert markdown.excerpt(html, 100) == "New words & more"
    assert markdown.excerpt(html, 10) == "New words…"
    assert markdown.excerpt("a < b\nand c", 100) == "a < b and c"
    assert markdown.excerpt("<blockquote><p>Only quoted</p></blockquote>", 100) == "Only quoted"
