"""The commands for subgroups, as a person types them."""

import json

from click.testing import CliRunner

from folkmoot.accounts.models import OPERATOR
from folkmoot.config.cli.groups import member
from folkmoot.config.cli.subgroups import subgroup
from folkmoot.conversations.operations import make_channel
from folkmoot.groups.models import Group
from tests import make


def run(command, *arguments):
    done = CliRunner().invoke(command, arguments)
    return done.exit_code, done.output


def test_a_subgroup_is_founded_moved_split_and_merged_by_command():
    tarn = make.group(make.person("Ann"))
    make.group(slug="other")
    make_channel(tarn, slug="ops", by=OPERATOR, via="test")

    code, told = run(subgroup, "create", "tarn", "bochum", "--owner", "ben@example.org", "--json")
    assert (code, json.loads(told)["parent"]) == (0, "tarn")
    assert run(member, "assign", "ann@example.org", "bochum")[0] == 0
    assert Group.objects.get(slug="bochum").memberships.count() == 2

    code, told = run(subgroup, "move", "bochum", "--under", "other", "--json")
    assert (code, json.loads(told)["parent"]) == (0, "other")
    code, told = run(subgroup, "move", "bochum", "--json")
    assert (code, json.loads(told)["parent"]) == (0, None)

    code, told = run(subgroup, "split", "tarn", "ops", "--channel", "ops", "--member", "ann@example.org", "--json")
    assert (code, json.loads(told)["parent"], json.loads(told)["members"]) == (0, "tarn", 2)

    code, told = run(subgroup, "merge", "bochum", "tarn", "--json")
    assert (code, json.loads(told)["names"]) == (0, ["tarn", "bochum"])


def test_what_can_not_be_done_says_so():
    make.group(make.person("Ann"))
    make.person("Eve")

    assert run(subgroup, "create", "nowhere", "low", "--owner", "ann@example.org")[0] == 4
    assert run(subgroup, "create", "tarn", "join", "--owner", "ann@example.org")[0] == 3
    assert run(subgroup, "move", "tarn", "--under", "tarn")[0] == 3
    assert run(subgroup, "merge", "tarn", "tarn")[0] == 3
    assert run(subgroup, "split", "tarn", "x")[0] == 3
    assert run(subgroup, "split", "tarn", "x", "--channel", "nowhere")[0] == 4
    assert run(subgroup, "split", "tarn", "x", "--member", "eve@example.org")[0] == 4
    assert run(member, "assign", "eve@example.org", "tarn")[0] == 4
    assert run(member, "assign", "nobody@example.org", "tarn")[0] == 4
    assert Group.objects.count() == 1
