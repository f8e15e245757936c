"""The commands for roles, as a person types them."""

import json

from click.testing import CliRunner

from folkmoot.config.cli import denials, roles
from tests import make


def run(command, *arguments):
    done = CliRunner().invoke(command, arguments)
    return done.exit_code, done.output


def test_a_role_is_made_granted_explained_and_revoked_by_command():
    make.group(make.person("Ann"))

    assert run(roles.role, "create", "tarn", "Host", "--allow", "members.addresses")[0] == 0
    assert run(roles.role, "grant", "tarn", "ann@example.org", "Host", "--until", "2099-01-01")[0] == 0
    code, said = run(roles.why, "ann@example.org", "members.addresses", "tarn", "--json")
    assert (code, json.loads(said)["holds"]) == (0, True)
    assert run(roles.why, "ann", "members.addresses", "tarn") == (0, "Yes.\nHost of Tarn may.\n")

    assert run(roles.role, "revoke", "tarn", "ann@example.org", "Host")[0] == 0
    assert run(roles.why, "nobody", "members.addresses", "tarn")[1].startswith("No.\n")
    host = json.loads(run(roles.role, "list", "tarn", "--json")[1])[-1]
    assert host == {"role": "Host", "own": True, "permissions": ["members.addresses"], "people": []}


def test_all_that_can_be_allowed_is_listed():
    code, said = run(roles.permission, "list", "--json")

    assert code == 0
    assert {"topics.read", "roles.manage"} <= {one["permission"] for one in json.loads(said)}


def test_what_is_not_there_is_said_with_its_exit_code():
    make.group(make.person("Ann"))

    assert run(roles.why, "eve@example.org", "topics.read", "tarn")[0] == 4
    assert run(roles.why, "ann", "moon.fly", "tarn")[0] == 4
    assert run(roles.role, "grant", "tarn", "ann@example.org", "King")[0] == 4
    assert run(roles.role, "create", "tarn", "Moderator")[0] == 3


def test_a_role_is_renamed_and_removed_by_command():
    make.group(make.person("Ann"))
    run(roles.role, "create", "tarn", "Host")

    assert run(roles.role, "rename", "tarn", "Host", "Moderator")[0] == 3
    assert run(roles.role, "rename", "tarn", "Host", "Guest host")[0] == 0
    run(roles.role, "grant", "tarn", "ann@example.org", "Guest host")
    assert run(roles.role, "remove", "tarn", "Guest host")[0] == 3
    run(roles.role, "revoke", "tarn", "ann@example.org", "Guest host")

    assert run(roles.role, "remove", "tarn", "Guest host")[0] == 0
    assert run(roles.role, "remove", "tarn", "Guest host")[0] == 4


def test_something_is_denied_listed_and_lifted_by_command():
    make.group(make.person("Ann"))

    assert (
        run(denials.denial, "add", "tarn", "ann", "topics.post", "--reason", "Shouts.", "--until", "2099-01-01")[0] == 0
    )
    code, said = run(denials.denial, "list", "tarn", "--json")
    assert (code, [(one["person"], one["permission"], one["reason"]) for one in json.loads(said)]) == (
        0,
        [("ann", "topics.post", "Shouts.")],
    )
    assert run(roles.why, "ann", "topics.post", "tarn")[1].startswith("No.\n")

    assert run(denials.denial, "lift", "tarn", "ann", "topics.post")[0] == 0
    assert run(denials.denial, "lift", "tarn", "ann", "topics.post")[0] == 4
    assert run(roles.why, "ann", "topics.post", "tarn")[1].startswith("Yes.\n")
    assert run(denials.denial, "add", "tarn", "ann", "moon.fly", "--reason", "So.")[0] == 3
