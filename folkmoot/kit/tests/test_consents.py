import pytest

from folkmoot.kit.consents import is_consent


@pytest.mark.parametrize(
    "words",
    [
        "Yes",
        "yes.",
        "Approved!",
        "OK 👍",
        "Hi,\n\nlooks good to me\n\nBest regards,\nAnn",
        "Yes, thanks\nAnn Weber",
        "Ja, passt.\nViele Grüße\nAnn",
        "Genehmigt",
        "Yes.\nApproved.",
    ],
)
def test_a_yes_and_nothing_besides(words):
    assert is_consent(words, name="Ann Weber")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Thanks",
        "No",
        "Nein",
        "Yes, but it was Tuesday",
        "Yes\nIt was Tuesday.",
        "Approved, except the second point",
        "not approved",
        "Yes " * 40,
    ],
)
def test_anything_else(words):
    assert not is_consent(words, name="Ann Weber")


@pytest.mark.parametrize("words", ["ok 👎", "Approved ❌", "yes\n🚫"])
def test_a_picture_that_says_no_is_no_decoration(words):
    assert not is_consent(words)
