"""What hostile writers try comes out as words, whichever way it came in. The collections are in tests/corpora."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile import SAMPLE, offences, rendered


@pytest.mark.parametrize("text", SAMPLE)
def test_nothing_that_runs_or_loads_comes_out(text):
    assert [(way, found) for way, html in rendered(text) if (found := offences(html))] == []


@given(st.lists(st.sampled_from(SAMPLE), max_size=3), st.text(alphabet="<>\"'`[]()&;\\\n *_-@:/", max_size=20))
def test_nor_of_any_mixture(texts, between):
    text = between.join(texts)

    assert [(way, found) for way, html in rendered(text) if (found := offences(html))] == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        '<a href="javascript:1">x</a>',
        '<a href="java\tscript:1">x</a>',
        '<img src="https://elsewhere.example/x">',
        '<p onclick="1">x</p>',
        "<p>open",
        "</div>",
        '<span class="post">x</span>',
        "<!-- x -->",
    ],
)
def test_the_judge_sees_what_is_there(html):
    assert offences(html)
