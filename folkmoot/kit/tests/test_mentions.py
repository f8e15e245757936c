import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit import markdown, mentions


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Hi @ann, and (@bob-2)!", ("ann", "bob-2")),
        ("@Ann @ann", ("ann",)),
        ("ann@example.org, @example.org, x/@ann, @@ann", ()),
        ("`@ann` and [@ann](https://a.example) and <a href=x>@bob</a>", ("bob",)),
        ("> @ann said\n\nYes.", ()),
        ("```\n@ann\n```", ()),
        ("**@ann**: look", ("ann",)),
        ("@ann.", ("ann",)),
    ],
)
def test_whom_a_text_names(text, named):
    assert mentions.handles_in(markdown.to_html(text)) == named


def test_at_most_so_many_are_called_at_once():
    assert len(mentions.handles_in(markdown.to_html(" ".join(f"@p{number}" for number in range(100))))) == mentions.MOST


def test_only_those_who_are_there_become_links():
    page = mentions.linked("<p>@Ann and @eve</p>", {"ann"})

    assert page == '<p><a class="mention" href="/people/ann">@Ann</a> and @eve</p>'


def test_a_title_with_a_name_in_it_is_no_way_out_of_its_attribute():
    page = markdown.to_html('[x](/a "b> @ann <img src=x onerror=alert(1)>") @ann')

    linked = mentions.linked(page, {"ann"})

    assert linked.count("mention") == 1
    assert linked.endswith("@ann</a></p>\n")
    assert "<img" not in linked


@given(st.text(alphabet="@an \"'<>=`[]()!\\\n#*>-/:.", max_size=80))
def test_links_to_people_change_no_words_and_no_other_tag(text):
    page = markdown.to_html(text)

    linked = mentions.linked(page, {"a", "n", "an"})

    without = re.sub(r'<a class="mention" href="/people/\w+">(@\w+)</a>', r"\1", linked)
    assert without == page
    assert html.unescape(without) == html.unescape(page)
