"""Responsibilities and history by command."""

import json

import pytest
from click.testing import CliRunner

from folkmoot.config.cli.duties import history, responsibility
from tests import make


@pytest.fixture
def group():
    return make.group(make.person("Ann"), owner=make.person("Olga"))


def run(command, *arguments):
    result = CliRunner().invoke(command, list(arguments))
    return result.exit_code, result.stdout


def test_a_responsibility_is_given_listed_and_handed_over(group):
    code, told = run(responsibility, "give", "tarn", "Host", "ann@example.org", "--until", "2099-06-30", "--json")
    assert (code, json.loads(told)["until"]) == (0, "2099-06-30")

    code, told = run(responsibility, "hand-over", "tarn", "host", "olga@example.org")
    assert (code, told) == (0, "Olga looks after Host\n")

    code, told = run(responsibility, "list", "tarn", "--json")
    assert [one["holder"] for one in json.loads(told)] == ["Olga"]

    code, told = run(history, "tarn", "--json")
    assert [one["kind"] for one in json.loads(told)][:3] == ["duty.handed_over", "duty.given", "duty.made"]


def test_what_is_not_there_and_what_can_not_be_have_their_own_codes(group):
    assert run(responsibility, "hand-over", "tarn", "Host", "ann@example.org")[0] == 4
    assert run(responsibility, "give", "tarn", "Host", "nobody@example.org")[0] == 4
    assert run(responsibility, "give", "tarn", "Host", "ann@example.org", "--until", "2001-01-01")[0] == 3
    assert run(history, "nowhere")[0] == 4
