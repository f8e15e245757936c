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
    den = make.group(quoll, slug="quokkas", visibility="hidden", name="Quolls")
    topic = make.topic(den, author=quoll, title="Quolls", body="Quolls")
    return {
        "channel": make_channel(den, slug="quolls", by=OPERATOR, via="test").pk, "slug": "quolls",
        "topic": topic.pk, "post": topic.posts.get().pk, "group": den.pk, "group_slug": "quokkas",
        "membership": den.memberships.get(person=quoll).pk, "role": den.roles.get(key="moderator").pk,
        "handle": quoll.handle, "address": "quollina@example.org", "name": "Quollina",
        "words": "Quolls", "place": "in:quokkas Quolls",
    }  # fmt: skip


NOBODYS = {"slug": "wallas", "group_slug": "wallabies", "handle": "wallabina", "address": "wallabina@example.org"}
NOBODYS |= {"name": "Wallabina", "words": "Wallas", "place": "in:wallabies Wallas"}


def answered(client, method, address, sent, said):
    """What comes back, but for numbers and what was sent; and nothing of it is left."""
    kept, client.cookies = client.cookies, client.cookies.copy()
    with transaction.atomic():
        answer = getattr(client, method)(address, sent)
        followed = client.get(answer.headers["Location"]) if answer.status_code == 302 else answer
        transaction.set_rollback(True)
    client.cookies = kept
    page = re.sub(r"[\w-]{64}|\d+", "", words(answer) + words(followed))
    return answer.status_code, page.replace(said, "*").replace(said.split("@")[0].title(), "*")


def words(answer):
    """What stands on the page, without the tokens of its forms and the keys of its boxes."""
    main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
    return re.sub(r'value="\w{16,}"', "", main[0] if main else answer.content.decode())


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("method", "fields"), [("post", FIELDS), ("get", ASKED)], ids=["sent", "asked"])
def test_a_foreign_name_in_a_form_is_answered_like_one_of_nobody(own, foreign, ann, method, fields):
    client, wrong = make.signed_in(Client(), ann), []

    for route, field, what, rest in fields:
        named = str(foreign[what])
        nobodys = NOBODYS.get(what) or f"{foreign[what] + 900_000}"
        address = "/" + route.format(**own)
        theirs = answered(client, method, address, {**rest, field: named}, named)
        nobody = answered(client, method, address, {**rest, field: nobodys}, nobodys)
        if theirs != nobody:
            wrong.append((route, field, what, *difference(theirs, nobody)))

    assert not wrong, "\n".join(map(str, wrong))


def difference(one, other):
    """Where two answers part, to be read by whoever has to mend it."""
    at = next((n for n, (a, b) in enumerate(zip(one[1], other[1], strict=False)) if a != b), 0)
    return one[0], other[0], one[1][max(0, at - 60) : at + 80], other[1][max(0, at - 60) : at + 80]
