import pytest

from folkmoot.kit.text import gist


@pytest.mark.parametrize(
    "body",
    [
        "I see.",
        "On 27/12/2022 13:28, Ann Bee wrote:\n> It is slow.\n\nI see.",
        "On Tue, Dec 27, 2022 at 1:28 PM Ann Bee\n<ann@example.org> wrote:\n\n> It is slow.\n\nI see.",
        "Ann wrote:\n\n> It is slow.\n\nI *see*.\n-- \nBob, somewhere",
    ],
)
def test_the_gist_is_what_its_author_said(body):
    assert gist(body) == "I see."
