"""Numbers and names in forms: those of a group that one may not know of are answered like those that are nobody's."""

import re

import pytest
from django.db import transaction
from django.test import Client

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.operations import make_channel
from folkmoot.groups.operations.duties import make_duty
from tests import make

# address, field, and whose it is in the hidden group; the rest of the form.
FIELDS = [
    ("topics/{topic}/move", "channel", "channel", {}),
    ("topics/{topic}/merge", "into", "topic", {}),
    ("topics/{topic}/split", "posts", "post", {"title": "Part"}),
    ("topics/{topic}/answer", "post", "post", {}),
    ("topics/{topic}/replies", "answers", "post", {"body": "Hay"}),
    ("g/tarn/topics/new", "channel", "slug", {"title": "Hay", "body": "Hay"}),
    ("g/tarn/manage/members", "people", "address", {"how": "invite"}),
    ("g/tarn/manage/members", "people", "address", {"how": "add"}),
    ("g/tarn/manage/members/removed", "member", "membership", {}),
    ("g/tarn/manage/companies", "company", "name", {"side": "partner"}),
    ("g/tarn/manage/duties", "role", "role", {"name": "Host"}),
    ("g/tarn/manage/subgroups/parent", "parent", "group", {}),
    ("g/tarn/manage/subgroups/merge", "into", "group", {"address": "tarn"}),
    ("g/tarn/manage/subgroups/people", "person", "handle", {}),
    ("g/tarn/manage/subgroups/people", "person", "address", {}),
    ("g/tarn/manage/subgroups/split", "channel", "channel", {"name": "Half", "where": "below"}),
    ("g/tarn/manage/subgroups/split", "members", "membership", {"name": "Half", "where": "below"}),
    ("duties/{duty}/change", "role", "role", {"name": "Host"}),
    ("duties/{duty}/holder", "to", "handle", {}),
    ("duties/{duty}/holder", "deputy", "handle", {"to": "ann"}),
    ("duties/{duty}/successor", "to", "handle", {}),
    ("duties/{duty}/successor", "to", "handle", {"now": "on"}),
    ("duties/{duty}/turns", "handles", "handle", {}),
]
ASKED = [
    ("g/tarn/manage/permissions", "role", "role", {"permission": "topics.post"}),
    ("g/tarn/manage/permissions/why", "person", "handle", {"permission": "topics.post"}),
    ("g/tarn/topics", "q", "words", {}),
    ("g/tarn/topics/new", "channel", "slug", {}),
    ("inbox", "group", "group_slug", {}),
    ("search", "q", "words", {}),
    ("search", "q", "place", {}),
    ("g/tarn/people.json", "q", "handle", {}),
    ("g/tarn/manage/history", "who", "name", {}),
]


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def own(ann):
    """A group that Ann runs, below another that she runs."""
    group = make.group(owner=ann, parent=make.group(owner=ann, slug="moor"))
    topic = make.topic(group, author=ann)
    make.post(topic, author=ann)
    return {"topic": topic.pk, "duty": make_duty(group, name="Host", by=ann, via="test").pk}


@pytest.fixture
def foreign(own):
    """What is in a group of others that she may not know of."""
    quoll = make.person("Quollina")
    den = make.group(quoll, slug="den", visibility="hidden", name="Quolls")
    topic = make.topic(den, author=quoll, title="Quolls", body="Quolls")
    return {
        "channel": make_channel(den, slug="quolls", by=OPERATOR, via="test").pk, "slug": "quolls",
        "topic": topic.pk, "post": topic.posts.get().pk, "group": den.pk, "group_slug": "den",
        "membership": den.memberships.get(person=quoll).pk, "role": den.roles.get(key="moderator").pk,
        "handle": quoll.handle, "address": "quollina@example.org", "name": "Quollina",
        "words": "Quolls", "place": "in:den Quolls",
    }  # fmt: skip


NOBODYS = {"slug": "wallas", "group_slug": "nil", "handle": "wallabina", "address": "wallabina@example.org"}
NOBODYS |= {"name": "Wallabina", "words": "Wallas", "place": "in:nil Wallas"}


def answered(client, method, address, sent, said):
    """What comes back, without what was sent along; and nothing of it is left."""
    with transaction.atomic():
        answer = getattr(client, method)(address, sent)
        followed = client.get(answer.headers["Location"]) if answer.status_code == 302 else answer
        transaction.set_rollback(True)
    page = answer.content.decode() + followed.content.decode().replace("Quolls</title>", "")
    page = re.sub(r"[\\w-]{64}|\\w{16}(?=\")", "", page)
    return answer.status_code, page.replace(said, "*").replace(said.split("@")[0], "*")


@pytest.mark.parametrize(
    ("method", "address", "field", "what", "rest"),
    [*(("post", *one) for one in FIELDS), *(("get", *one) for one in ASKED)],
)
def test_a_foreign_name_in_a_form_is_answered_like_one_of_nobody(own, foreign, ann, method, address, field, what, rest):
    client = make.signed_in(Client(), ann)
    named = str(foreign[what])
    nobodys = NOBODYS.get(what) or re.sub(r"^.", "9", f"{foreign[what] + 900000}")
    address = "/" + address.format(**own)

    theirs = answered(client, method, address, {**rest, field: named}, named)
    nobody = answered(client, method, address, {**rest, field: nobodys}, nobodys)

    assert theirs == nobody
