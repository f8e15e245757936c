import pytest

from folkmoot.kit.dates_by_letter import read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1+ 2~ 3-", {1: "yes", 2: "if", 3: "no"}),
        ("1 +\n2 ?\n3) –", {1: "yes", 2: "if", 3: "no"}),
        ("1+, 2-; 10+.", {1: "yes", 2: "no", 10: "yes"}),
        ("Hello,\n1+\nBest\nAnn", {1: "yes"}),
        ("1+ no, 1-", {1: "no"}),
        ("2030-07-16 or 19:30-21", {}),
        ("Call +49 30 1234-5", {}),
        ("1 2 3", {}),
        ("", {}),
    ],
)
def test_a_number_and_a_sign_are_an_answer(text, said):
    assert read(text) == said
