import pytest

from folkmoot.kit.subjects import base_subject, is_reply


@pytest.mark.parametrize(
    "subject",
    ["Re: Hall", "RE[2]: [moot] Re: Hall", "[moot] AW: SV: Fwd: Hall", "Re : [moot]  Hall", "回复：Hall", "Hall (fwd)"],
)
def test_marks_of_answering_and_list_tags_go(subject):
    assert base_subject(subject, ["moot"]) == "Hall"


def test_other_tags_stay_and_answers_within_them_are_seen():
    assert base_subject("[SOLVED] Re: Hall") == "[SOLVED] Hall"
    assert base_subject("Re: [SOLVED] Hall") == "[SOLVED] Hall"


def test_nothing_is_left_of_marks_alone():
    assert base_subject("Re: Re: \n") == ""


def test_an_answer_is_known_by_its_mark_only():
    assert is_reply("Re: x")
    assert is_reply("[moot] Antw: x")
    assert not is_reply("Fwd: x")
    assert not is_reply("Regarding: x")
    assert not is_reply("")
