"""The commands of those who run the whole place, as a person types them."""

import json

import pytest
from click.testing import CliRunner

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import change_installation
from folkmoot.accounts.operations.installation import CHANGEABLE
from folkmoot.accounts.queries import the_installation
from folkmoot.config.cli import groups, installation
from folkmoot.groups.deciding import holds
from folkmoot.groups.models import Group, HistoryEntry
from folkmoot.groups.operations import ask_to_found, found
from folkmoot.lobby.installation.forms import InstallationForm, NoticesForm
from tests import make


def run(command, *arguments):
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    return done.exit_code, done.output


def run_json(command, *arguments):
    code, said = run(command, *arguments, "--json")
    assert code == 0, said
    return json.loads(said)


def test_command_and_pages_change_all_that_can_be_changed():
    options = {one.name for one in installation.change.params} - {"wants_json"}
    on_pages = {*InstallationForm.base_fields, *NoticesForm.base_fields}

    assert options == on_pages == set(CHANGEABLE)


def test_what_holds_for_all_is_shown_and_set_and_nothing_else_is_touched(tmp_path):
    imprint = tmp_path / "imprint.md"
    imprint.write_text("# Who\n\nWe.\n")

    set_ = run_json(
        installation.installation, "set", "--name", "Dortmund", "--founding", "approval", "--most-groups", 2,
        "--imprint", imprint,
    )  # fmt: skip
    shown = run_json(installation.installation, "show")

    assert set_ == shown
    assert shown == {
        "name": "Dortmund", "hue": None, "founding": "approval", "sign_up": "open", "most_groups": 2,
        "most_members": None, "imprint": "# Who\n\nWe.", "privacy": "", "terms": "",
    }  # fmt: skip
    run_json(installation.installation, "set", "--most-groups", -1, "--hue", 210)
    assert (the_installation().most_groups, the_installation().hue, the_installation().name) == (None, 210, "Dortmund")
    assert "imprint       # Who We." in run(installation.installation, "show")[1]
    assert run(installation.installation, "set")[0] == 2
    assert run(installation.installation, "set", "--founding", "nobody")[0] == 2


def test_administrators_are_added_listed_and_removed():
    made = run_json(installation.administrator, "add", "root@example.org", "--name", "Root")
    assert made["name"] == "Root"
    assert Person.objects.at("root@example.org").is_administrator
    assert run(installation.administrator, "add", "root@example.org")[0] == 3
    assert run(installation.administrator, "remove", "root@example.org")[0] == 3

    run(installation.administrator, "add", "ruth@example.org")
    assert [one["handle"] for one in run_json(installation.administrator, "list")] == ["root", "ruth"]
    assert run_json(installation.administrator, "remove", "root@example.org") == {"removed": "root"}
    assert run(installation.administrator, "remove", "nobody@example.org")[0] == 4


def test_a_group_is_closed_and_opened_again():
    make.group()

    assert run(groups.group, "close", "tarn", "--reason", " ")[0] == 3
    closed = run_json(groups.group, "close", "tarn", "--reason", "Nobody looks after it.")
    assert closed["closed"]
    assert closed["closed_why"] == "Nobody looks after it."
    assert run(groups.group, "close", "tarn", "--reason", "Twice.")[0] == 3
    assert run_json(groups.group, "reopen", "tarn")["closed"] is None
    assert run(groups.group, "reopen", "tarn")[0] == 3
    assert run(groups.group, "close", "nowhere", "--reason", "x")[0] == 4
    assert set(HistoryEntry.objects.filter(group=None).values_list("kind", "via")) == {
        ("group.closed", "command"),
        ("group.reopened", "command"),
    }


def test_groups_below_close_and_open_with_the_one_above():
    tarn = make.group()
    found(founder=make.person("Wim"), name="West", slug="west", parent=tarn, by=OPERATOR, via="test")

    closed = run_json(groups.group, "close", "tarn", "--reason", "Over.")
    assert closed["along"] == ["west"]
    assert run_json(groups.group, "show", "west")["closed_with"] == "tarn"
    assert "and with it: west" in run(groups.group, "reopen", "tarn")[1]
    assert run_json(groups.group, "show", "west")["closed"] is None


@pytest.fixture
def wish():
    change_installation(founding="approval", by=OPERATOR, via="test")
    return ask_to_found(person=make.person("Ann"), name="Loom", slug="loom", words="For weavers.", via="test")


def test_a_wish_for_a_group_is_listed_and_granted(wish):
    [listed] = run_json(installation.founding, "list")
    assert (listed["slug"], listed["by"], listed["words"], listed["answer"]) == ("loom", "ann", "For weavers.", "")

    assert run_json(installation.founding, "accept", wish.pk)["answer"] == "founded"

    assert holds(Person.objects.get(handle="ann"), "group.manage", Group.objects.get(slug="loom"))
    assert run_json(installation.founding, "list") == []
    assert [one["answer"] for one in run_json(installation.founding, "list", "--all")] == ["founded"]
    assert run(installation.founding, "accept", wish.pk)[0] == 3
    assert run(installation.founding, "accept", 999)[0] == 4


def test_a_wish_for_a_group_is_refused_with_a_reason(wish):
    assert run(installation.founding, "refuse", wish.pk)[0] == 2
    assert run(installation.founding, "refuse", wish.pk, "--reason", " ")[0] == 3

    refused = run_json(installation.founding, "refuse", wish.pk, "--reason", "There is one.")

    assert (refused["answer"], refused["reason"]) == ("no", "There is one.")
    assert not Group.objects.exists()


def test_an_operator_founds_whatever_the_policy_is():
    change_installation(founding="staff", most_groups=1, by=OPERATOR, via="test")

    for slug in ("one", "two"):
        assert run(groups.group, "create", slug, "--owner", "olga@example.org")[0] == 0


def test_an_inspection_is_begun_listed_and_ended():
    root = make.person("Root", administrator=True)
    den = make.group(slug="den", visibility="hidden")

    begun = run_json(installation.inspection, "begin", "den", "root@example.org", "--reason", "A complaint.")
    assert (begun["by"], begun["is_over"]) == ("root", False)
    assert holds(root, "topics.read", den)
    assert run(installation.inspection, "begin", "den", "olga@example.org", "--reason", "Me too.")[0] == 3

    assert run_json(installation.inspection, "end", "den", "root@example.org") == {"ended": "root"}
    assert not holds(root, "topics.read", den)
    [listed] = run_json(installation.inspection, "list", "den")
    assert (listed["reason"], listed["is_over"]) == ("A complaint.", True)
    assert run(installation.inspection, "end", "den", "root@example.org")[0] == 4
