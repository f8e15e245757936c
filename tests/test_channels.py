"""The commands for channels, as a person types them."""

import json

from click.testing import CliRunner

from folkmoot.config.cli.channels import channel
from tests import make


def run(*arguments):
    done = CliRunner().invoke(channel, arguments)
    return done.exit_code, done.output


def test_a_channel_is_made_listed_and_changed_by_command():
    make.group()

    code, told = run("create", "tarn", "ops", "--purpose", "Keeping it up.", "--json")
    assert (code, json.loads(told)["address"]) == (0, "tarn+ops@localhost")

    code, told = run("change", "tarn", "ops", "--name", "Operations", "--anonymous", "--close", "--json")
    facts = json.loads(told)
    assert (code, facts["name"], facts["purpose"]) == (0, "Operations", "Keeping it up.")
    assert facts["allows_anonymous"]
    assert facts["closed_at"]

    code, told = run("list", "tarn")
    assert (code, [line.split()[0] for line in told.splitlines()]) == (0, ["General", "#ops"])
    assert "closed" in told


def test_what_can_not_be_done_says_so():
    make.group()

    assert run("create", "tarn", "join")[0] == 3
    assert run("change", "tarn", "main", "--close")[0] == 3
    assert run("change", "tarn", "nowhere", "--close")[0] == 4
    assert run("list", "nowhere")[0] == 4
