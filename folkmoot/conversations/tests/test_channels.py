import pytest

from folkmoot.accounts.models import OPERATOR
from folkmoot.conversations.models import Channel
from folkmoot.conversations.operations import (
    change_channel,
    check_channel_slug,
    close_channel,
    main_channel,
    make_channel,
    reopen_channel,
    reply,
    start_topic,
)
from folkmoot.conversations.operations.channels import MOST_CHANNELS
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def olga():
    return make.person("Olga")


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def tarn(ann, olga):
    return make.group(ann, owner=olga)


@pytest.fixture
def ops(tarn, olga):
    return make_channel(tarn, slug="ops", name="Operations", purpose="Keeping it up.", by=olga, via="test")


def test_a_channel_is_made_and_changed(tarn, olga):
    channel = make_channel(tarn, slug=" Ops ", name="Oper\nations", by=olga, via="web")
    change_channel(channel, purpose="Keeping it up.", allows_anonymous=True, by=olga, via="web")

    channel.refresh_from_db()
    assert (channel.slug, channel.name, channel.purpose) == ("ops", "Oper ations", "Keeping it up.")
    assert (channel.allows_anonymous, channel.allows_scheduled) == (True, True)
    assert list(Event.objects.filter(kind__startswith="channel.").values_list("kind", flat=True)) == [
        "channel.made",
        "channel.changed",
    ]


def test_only_who_manages_the_group_runs_its_channels(tarn, ops, ann):
    attempts = [
        lambda: make_channel(tarn, slug="mine", by=ann, via="web"),
        lambda: change_channel(ops, name="Mine", by=ann, via="web"),
        lambda: close_channel(ops, by=ann, via="web"),
        lambda: reopen_channel(ops, by=ann, via="web"),
    ]
    for attempt in attempts:
        with pytest.raises(NotAllowed):
            attempt()

    assert Channel.objects.values_list("slug", "name", "closed_at").get() == ("ops", "Operations", None)


@pytest.mark.parametrize(
    "slug",
    ["", "join", "help", "owner", "r", "r-1", "bounces-x", "confirm", "t12", "main", "a b", "-a", "ü", "x" * 21, "a+b"],
)
def test_a_slug_that_means_something_else_in_an_address_is_refused(tarn, olga, slug):
    with pytest.raises(Refused):
        check_channel_slug(slug)
    with pytest.raises(Refused):
        make_channel(tarn, slug=slug, by=olga, via="web")
    assert not tarn.channels.exists()


def test_a_slug_is_there_once_and_channels_have_a_bound(tarn, ops, olga):
    with pytest.raises(Refused):
        make_channel(tarn, slug="ops", by=olga, via="web")
    Channel.objects.bulk_create(Channel(group=tarn, slug=f"c{n}") for n in range(MOST_CHANNELS - 1))
    with pytest.raises(Refused):
        make_channel(tarn, slug="more", by=olga, via="web")


def test_in_a_closed_channel_nobody_writes_until_it_is_opened(tarn, ops, ann, olga):
    topic = start_topic(ops, author=ann, title="Hi", body="Hi.", via="web")
    close_channel(ops, by=olga, via="web")
    ops.refresh_from_db()

    with pytest.raises(NotAllowed):
        reply(topic, author=ann, body="And?", via="web")
    with pytest.raises(NotAllowed):
        start_topic(ops, author=ann, title="Hi", body="Hi.", via="web")

    reopen_channel(ops, by=olga, via="web")
    reply(topic, author=ann, body="And?", via="web")
    kinds = Event.objects.filter(kind__startswith="channel.").values_list("kind", flat=True)
    assert list(kinds) == ["channel.made", "channel.closed", "channel.reopened"]


def test_the_groups_own_address_stays_open(tarn):
    with pytest.raises(Refused):
        close_channel(main_channel(tarn), by=OPERATOR, via="command")


# Pages


def test_the_board_shows_channels_and_each_has_its_own(client, tarn, ops, ann):
    make.topic(tarn, title="In general")
    start_topic(ops, author=ann, title="About pumps", body="Hi.", via="web")
    client.force_login(ann)

    board, channel, main = (
        text(client.get(f"/g/tarn/{where}")) for where in ("topics", "channels/ops", "channels/main")
    )

    assert "In general" in board
    assert "About pumps" in board
    assert "<bdi>#ops</bdi>" in board
    assert "In general" not in channel
    assert "About pumps" in channel
    assert "tarn+ops@localhost" in channel
    assert "About pumps" not in main
    assert client.get("/g/tarn/channels/nowhere").status_code == 404


def test_a_channel_of_a_hidden_group_is_not_there_for_others(client, ann):
    inside = make.group(ann, slug="inside", visibility="hidden")
    make_channel(inside, slug="ops", by=OPERATOR, via="test")
    assert client.get("/g/inside/channels/ops").status_code == 404
    client.force_login(ann)
    assert client.get("/g/inside/channels/ops").status_code == 200


def test_a_conversation_starts_in_the_channel_that_was_chosen(client, tarn, ops, ann):
    client.force_login(ann)
    assert 'value="ops" selected' in text(client.get("/g/tarn/topics/new?channel=ops"))

    client.post("/g/tarn/topics/new", {"title": "Pumps", "body": "Hi.", "channel": "ops"})

    assert ops.topics.get().title == "Pumps"
    wrong = client.post("/g/tarn/topics/new", {"title": "Pumps", "body": "Hi.", "channel": "nowhere"})
    assert wrong.status_code == 422


def test_channels_are_managed_on_their_page(client, tarn, olga):
    client.force_login(olga)

    made = client.post("/g/tarn/manage/channels", {"slug": "ops", "name": "Operations", "allows_scheduled": "on"})
    channel = tarn.channels.get(slug="ops")
    changed = client.post(f"/g/tarn/manage/channels/{channel.pk}", {"name": "Pumps", "allows_anonymous": "on"})
    closed = client.post(f"/channels/{channel.pk}/close")

    channel.refresh_from_db()
    assert {made.status_code, changed.status_code, closed.status_code} == {302}
    assert (channel.name, channel.allows_anonymous, channel.allows_scheduled) == ("Pumps", True, False)
    assert channel.closed_at
    page = text(client.get("/g/tarn/manage/channels"))
    assert f'action="/channels/{channel.pk}/close/remove"' in page  # what undoes it
    client.post(f"/channels/{channel.pk}/close/remove")
    channel.refresh_from_db()
    assert channel.closed_at is None


def test_a_slug_that_is_refused_comes_back_with_words(client, tarn, olga):
    client.force_login(olga)

    answer = client.post("/g/tarn/manage/channels", {"slug": "join"})

    assert answer.status_code == 422
    assert "has another meaning" in text(answer)


def test_nobody_else_finds_the_pages(client, tarn, ops, ann):
    client.force_login(ann)
    addresses = ["/g/tarn/manage/channels", f"/g/tarn/manage/channels/{ops.pk}"]

    assert [client.get(one).status_code for one in addresses] == [404, 404]
    assert client.post(f"/channels/{ops.pk}/close").status_code == 403
    assert client.post("/channels/99999/close").status_code == 404
    assert client.get(f"/channels/{ops.pk}/close").status_code == 405
    ops.refresh_from_db()
    assert ops.closed_at is None


def test_another_groups_channel_is_not_changed_through_this_one(client, tarn, ops, olga):
    make.group(owner=olga, slug="loom")
    client.force_login(olga)
    assert client.get(f"/g/loom/manage/channels/{ops.pk}").status_code == 404
