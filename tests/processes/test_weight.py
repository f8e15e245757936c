"""What a page weighs on the wire, in a real browser and from the real server: first visit and later ones."""

import json
import tempfile
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.processes.running import Installation

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.timeout(120)]

FIRST, LATER = 60_000, 15_000  # bytes
APART = {"font", "image"}

FILL = """
import json, random
from folkmoot.accounts.models import Person
from folkmoot.conversations.operations import main_channel, reply, start_topic
from folkmoot.groups.models import Group
from django.conf import settings
from importlib import import_module
group = Group.objects.get(slug="tarn")
people = [one.person for one in group.memberships.select_related("person")]
rng = random.Random(7)
known = "the to a of and in that it we is on for was not with have but you as this at be had same what wait log".split()
known += ["".join(rng.choices("abcdefghilmnoprstuvw", k=rng.randint(3, 11))) for _ in range(700)]
often = [1 / rank for rank in range(2, len(known) + 2)]  # as words are in any language (Zipf)
prose = lambda length: " ".join(rng.choices(known, often, k=length))
channel = main_channel(group)
for number in range(60):
    title = f"A question, number {number}"
    topic = start_topic(channel, author=people[number % 3], title=title, body=prose(60), via="web")
for number in range(49):
    reply(topic, author=people[number % 3], body=prose(20 + number % 5 * 20), via="web")
ann = Person.objects.known_at("ann@example.org")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session.update({"_auth_user_id": str(ann.pk), "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
                "_auth_user_hash": ann.get_session_auth_hash()})
session.create()
print(json.dumps({"topic": topic.get_absolute_url(), "cookie": session.session_key}))
"""


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="folkmoot-weight-") as name:
        place = Installation(Path(name))
        place.command("group", "create", "tarn", "--owner", "olga@example.org")
        for one in ("ann", "bea"):
            place.command("member", "add", "tarn", f"{one}@example.org", "--name", one.title())
        place.filled = json.loads(place.python(FILL))
        with place.serving():
            yield place


@pytest.mark.parametrize("is_signed_in", [False, True])
def test_a_page_is_light_and_nothing_comes_from_elsewhere(chromium, place, is_signed_in):
    site = f"http://127.0.0.1:{place.web}"
    for path in ["/", "/groups", "/g/tarn", "/g/tarn/topics", place.filled["topic"]]:
        context = chromium.new_context(base_url=site)
        if is_signed_in:
            context.add_cookies([{"name": "sessionid", "value": place.filled["cookie"], "url": site}])
        first, hosts = weigh(context, path)
        later, _hosts = weigh(context, path)
        context.close()

        assert hosts == {"127.0.0.1"}
        assert sum(first.values()) < FIRST, (path, first)
        assert sum(later.values()) < LATER, (path, later)


def weigh(context, path):
    """Bytes on the wire by kind, pictures and fonts apart; and the hosts that were asked."""
    page, weights, hosts = context.new_page(), defaultdict(int), set()
    finished = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108 - it wants a function
    page.goto(path, wait_until="networkidle")
    for request in finished:
        hosts.add(urlsplit(request.url).hostname)
        if request.resource_type not in APART and not request.url.startswith("data:"):
            sizes = request.sizes()
            weights[f"{request.resource_type} {urlsplit(request.url).path}"] += (
                sizes["responseBodySize"] + sizes["responseHeadersSize"]
            )
    page.close()
    return dict(weights), hosts
