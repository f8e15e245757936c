import gzip
from datetime import UTC, datetime

import pytest

from folkmoot.accounts.models import OPERATOR, Address, Person
from folkmoot.conversations.models import Archive, Attachment, Post, Reference, StoredFile, Topic
from folkmoot.conversations.operations import Letterhead, main_channel, reply
from folkmoot.conversations.rendering import keep_file
from folkmoot.doors.mail.archives import batches, sources
from folkmoot.doors.mail.archives.bringing import bring
from folkmoot.doors.mail.archives.rehearsing import rehearse
from folkmoot.doors.mail.archives.taking import take_out
from folkmoot.kit import mbox
from folkmoot.kit.errors import Refused
from folkmoot.store.lanes import lane
from tests import make

DAY = "Tue, 01 Mar 2005 {:02}:00:00 +0000"


def message(name, *parents, hour=0, subject="[bees] Hello", body=None, **fields):
    heads = {"Date": DAY.format(hour), **{key.replace("_", "-"): value for key, value in fields.items()}}
    if parents:
        heads["References"] = " ".join(f"<{one}@example.org>" for one in parents)
    raw = make.letter(
        sender=fields.pop("sender", "Ann Ash <ann@example.org>"),
        subject=subject,
        body=body or f"This is {name}.",
        message_id=f"<{name}@example.org>",
        **{key: value for key, value in heads.items() if value and key != "sender"},
    )
    return raw.replace(b"\r\n", b"\n")


def archive_of(path, *messages):
    with path.open("wb") as file:
        for raw in messages:
            mbox.write(file, raw, "ann@example.org", datetime(2005, 3, 2, tzinfo=UTC))
    return path


@pytest.fixture
def group():
    return make.group()


@pytest.fixture
def some(tmp_path):
    """Six messages: two topics, a double, another text under a known id, and one that nobody can read."""
    return archive_of(
        tmp_path / "2005.mbox",
        message("a", hour=1),
        message("b", "a", hour=2, subject="Re: [bees] Hello", sender="Bob <bob@example.org>"),
        b"\n \n",
        message("c", hour=3, subject="[bees] Honey"),
        message("c", hour=3, subject="[bees] Honey"),
        message("c", "a", hour=4, subject="[bees] Honey", body="Not the same."),
    )


def run(paths, group, **more):
    paths = paths if isinstance(paths, list) else [paths]
    return bring(paths, group, by=OPERATOR, via="command", watch=more.pop("watch", lambda *_: None), **more)


def try_out(paths, group):
    return rehearse(paths if isinstance(paths, list) else [paths], group, watch=lambda *_: None)


def everything(group):
    """What is there, said without numbers of rows."""
    posts = Post.objects.filter(channel__group=group).select_related("topic", "author", "answers")
    first = {}
    for post in posts.order_by("posted_at", "pk"):
        first.setdefault(post.topic_id, post.message_id)
    addresses = dict(Address.objects.values_list("user_id", "email"))
    return {
        (
            *(post.message_id, post.title, post.body, post.markup, post.html, post.references),
            *(post.author.name, addresses.get(post.author_id, ""), post.posted_at),
            *(first[post.topic_id], post.topic.title, post.topic.post_count, post.topic.last_post_at),
            post.answers.message_id if post.answers else "",
            tuple(
                sorted(post.attachments.values_list("name", "file__sha256", "file__kind", "content_id", "is_inline"))
            ),
        )
        for post in posts
    }


def test_an_archive_is_brought_and_every_message_is_accounted_for(group, some):
    report = run(some, group)

    counts = (report.messages, report.posts, report.doubles, report.unreadable, report.clashes, report.topics)
    assert counts == (6, 4, 1, 1, 1, 2)
    assert report.messages == report.posts + report.doubles + report.unreadable
    assert (report.members, report.known, report.new) == (0, 0, 2)
    assert report.first == datetime(2005, 3, 1, 1, tzinfo=UTC)
    assert [(one.number, one.kind) for one in report.remarks] == [(3, "unreadable"), (6, "clash")]
    assert {topic.title for topic in Topic.objects.all()} == {"Hello", "Honey"}


def test_a_second_run_changes_nothing(group, some):
    run(some, group)
    before, kept = everything(group), mails_in(some.parent / "kept")

    report = run(some, group)

    assert (report.before, report.messages, report.posts) == (6, 6, 4)
    assert everything(group) == before
    assert Archive.objects.get().tally["messages"] == 6
    assert mails_in(some.parent / "kept") == kept


def mails_in(path):
    if not path.exists():
        return []
    with mbox.open_mbox(path) as file:
        return [one.raw for one in mbox.messages(file)]


def test_what_cannot_be_read_is_kept_once(group, some, settings, tmp_path):
    settings.HOME = tmp_path / "home"
    report = run(some, group)
    Archive.objects.update(position=0, digest="")
    Archive.objects.get().remarks.all().delete()
    run(some, group)

    assert len(mails_in(tmp_path / "home/unreadable/tarn.mbox")) == 1
    assert report.kept_in == str(tmp_path / "home/unreadable/tarn.mbox")


@pytest.mark.parametrize("after", [1, 2, 3, 5])
def test_stopped_anywhere_it_goes_on(group, some, monkeypatch, after):
    monkeypatch.setattr(sources, "MOST", 1)
    monkeypatch.setattr(batches, "MOST", 1)

    class Stopped(Exception):
        pass

    def stop(_source, _offset, _count):
        if Archive.objects.get().position == after:
            raise Stopped

    with pytest.raises(Stopped):
        run(some, group, watch=stop)
    assert Archive.objects.get().finished_at is None
    report = run(some, group)

    assert (report.before, report.messages, report.posts, report.doubles) == (after, 6, 4, 1)
    assert [(one.number, one.kind) for one in report.remarks] == [(3, "unreadable"), (6, "clash")]
    assert Post.objects.count() == 4


def test_a_rehearsal_tells_the_same_and_writes_nothing(group, some):
    rehearsed = try_out(some, group)
    left = [model.objects.count() for model in (Archive, Post, Topic, Reference, StoredFile)]
    people = Person.objects.count()
    done = run(some, group)

    assert left == [0, 0, 0, 0, 0]
    assert people == 1
    told = {name: value for name, value in rehearsed.facts().items() if name != "kept_in"}
    assert told == {name: value for name, value in done.facts().items() if name != "kept_in"}


def test_a_rehearsal_knows_what_is_here(group, some, tmp_path):
    make.join(group, make.person("Bob"))
    run(archive_of(tmp_path / "first.mbox", message("a", hour=1), message("x", "missing")), group)
    more = archive_of(
        tmp_path / "more.mbox", *mails_in(some), message("y", "missing", "a", sender="Cy <cy@example.org>")
    )

    told, done = try_out(more, group), run(more, group)

    assert (told.posts, told.doubles, told.topics) == (done.posts, done.doubles, done.topics) == (4, 2, 2)
    assert (told.members, told.known, told.new) == (1, 1, 1)


def test_a_file_that_has_grown_brings_only_what_is_new(group, tmp_path):
    path = archive_of(tmp_path / "x.mbox", message("a", body="A" * 70_000), message("b", hour=1))
    run(path, group)
    archive_of(path, message("a", body="A" * 70_000), message("b", hour=1), message("c", hour=2))

    report = run(path, group)

    assert (report.before, report.messages, report.posts, report.doubles) == (2, 3, 3, 0)


def test_a_file_that_has_changed_is_read_anew(group, tmp_path):
    path = archive_of(tmp_path / "x.mbox", message("a", body="A" * 70_000), message("b", hour=1))
    run(path, group)
    archive_of(path, message("a", body="A" * 70_000), message("new", hour=1), message("b", hour=1))

    report = run(path, group)

    assert (report.before, report.messages, report.posts, report.doubles) == (0, 3, 1, 2)
    assert Post.objects.count() == 3


def test_several_files_in_any_order_and_packed(group, tmp_path):
    late = archive_of(tmp_path / "2006.mbox", message("b", "a", hour=2))
    early = archive_of(tmp_path / "2005.mbox", message("a", hour=1))
    packed = tmp_path / "2005.mbox.gz"
    packed.write_bytes(gzip.compress(early.read_bytes()))
    nothing = tmp_path / "list.txt"
    nothing.write_text("ann@example.org\n")

    report = run([late, packed, early, nothing], group)

    assert (report.messages, report.posts, report.empty) == (2, 2, ["list.txt"])
    assert Topic.objects.get().title == "Hello"


def test_only_one_import_into_a_group_at_a_time(group, some, transactional_db):
    with lane(f"archive-{group.pk}") as held:
        assert held
        if held_twice_in_one_session(group):
            return
        with pytest.raises(Refused):
            run(some, group)


def held_twice_in_one_session(group):
    """PostgreSQL's advisory locks are a session's own."""
    with lane(f"archive-{group.pk}") as again:
        return again


def test_dates_that_cannot_be_true_are_those_of_the_envelope_or_the_letter_before(group, tmp_path):
    path = archive_of(
        tmp_path / "x.mbox",
        message("a", hour=5),
        message("future", Date="Tue, 01 Mar 2095 05:00:00 +0000"),
        message("epoch", Date="Thu, 01 Jan 1970 00:00:00 +0000"),
        message("none", Date=""),
    )
    raw = path.read_bytes()
    cut = raw.rindex(b"From ann@example.org")
    path.write_bytes(raw[:cut] + raw[cut:].replace(b"Wed Mar  2 00:00:00 2005", b"Mon Mar  2 99:99:99 2005"))

    run(path, group)

    envelope = datetime(2005, 3, 2, tzinfo=UTC)
    times = {one.message_id.partition("@")[0][1:]: (one.posted_at, one.said_at) for one in Post.objects.all()}
    assert times["future"] == times["epoch"] == times["none"] == (envelope, None)
    assert times["a"][0] == times["a"][1]


def test_a_letter_from_the_list_itself_is_its_true_senders(group, tmp_path):
    path = archive_of(
        tmp_path / "x.mbox",
        message("a", sender="Ann Ash via Bees <bees@lists.example.org>", Reply_To="Ann Ash <ann@example.org>"),
        message("b", sender="Bob via Bees <bees@lists.example.org>", List_Id="<bees.lists.example.org>"),
        message("c", sender="Cy via Bees <bees@lists.example.org>", List_Id="<bees.lists.example.org>"),
    )
    run(path, group)

    found = {(one.author.name, one.author.emailaddress_set.get().email) for one in Post.objects.all()}
    assert ("Ann Ash", "ann@example.org") in found
    assert {name for name, _ in found} == {"Ann Ash", "Bob", "Cy"}
    assert sum(address.endswith("@unknown.invalid") for _, address in found) == 2


def test_an_address_of_our_own_host_is_nobodys(group, tmp_path):
    path = archive_of(tmp_path / "x.mbox", message("a", sender="Ann <tarn@localhost>"))
    run(path, group)

    author = Post.objects.get().author
    assert (author.name, author.emailaddress_set.get().email.partition("@")[2]) == ("Ann", "unknown.invalid")


@pytest.mark.parametrize(
    "odd", ["<no-at-sign>", "<a@b@c>", "<" + "x" * 400 + "@example.org>", "<broken@off of the edge"]
)
def test_odd_ids_tie_as_others_do(group, tmp_path, odd):
    path = archive_of(tmp_path / "x.mbox", message("a", In_Reply_To=odd), message("b", In_Reply_To=odd), message("c"))

    assert run(path, group).topics == 2


def test_words_that_only_look_like_an_id_tie_nothing(group, tmp_path):
    said = "Message from ann@example.org of Tuesday"
    path = archive_of(tmp_path / "x.mbox", message("a", In_Reply_To=said), message("b", In_Reply_To=said))

    assert run(path, group).topics == 2


def test_pages_say_that_nobody_has_confirmed_it(client, group, some):
    run(some, group)

    page = client.get(Topic.objects.get(title="Honey").get_absolute_url()).content.decode()

    assert "From the archive, not confirmed by its author" in page


# Out again


def test_what_is_taken_out_and_brought_elsewhere_is_the_same(group, some, tmp_path):
    run(some, group)
    take_out(group, tmp_path / "out.mbox", watch=lambda _: None)
    other = make.group(slug="fen")
    run(tmp_path / "out.mbox", other)

    assert len(everything(group)) == 4
    assert everything(other) == everything(group)


def test_what_was_said_here_is_taken_out_whole(group, tmp_path):
    zoe = make.person("Zoë, “the first”", address="zoe@example.org")
    make.join(group, zoe)
    topic = make.topic(
        group, author=zoe, title="Re: [tarn] Ünïcode =?utf-8?q?x?= and more", body="# Héllo\n\n> From me\nFrom you"
    )
    picture = keep_file(
        "käfer.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), said_kind="image/png", content_id="k@x", is_inline=True
    )
    letter = keep_file("old.eml", b"From: x@example.org\n\nFrom me\nto you", said_kind="message/rfc822")
    first = topic.posts.get()
    head = Letterhead(
        "<r@example.org>", ("<lost@example.org>", first.message_id), title="Other", files=[picture, letter]
    )
    reply(topic, author=zoe, body="Look: ![](cid:k@x)", via="web", answers=first, letterhead=head)
    last = reply(
        topic,
        author=group.memberships.order_by("pk")[0].person,
        body="",
        via="mail",
        answers=None,
        letterhead=Letterhead("<s@example.org>", files=[letter], title="No words"),
    )
    make.topic(group, author=zoe, title="Another")

    taken = take_out(group, tmp_path / "out.mbox.xz", watch=lambda _: None)
    other = make.group(slug="fen")
    run(tmp_path / "out.mbox.xz", other)

    assert (taken.posts, taken.attachments, taken.lost) == (4, 3, [])
    assert {row[:5] + row[6:13] + row[14:] for row in everything(other)} == {
        row[:5] + row[6:13] + row[14:] for row in everything(group)
    }
    brought = Post.objects.get(channel__group=other, message_id=last.message_id)
    assert brought.answers.message_id == first.message_id


def test_a_letter_that_names_another_topic_does_not_tie_the_two_on_the_way_out(group, tmp_path):
    one, two = make.topic(group, title="One"), make.topic(group, title="Two")
    elsewhere = two.posts.get().message_id
    author = one.posts.get().author
    reply(one, author=author, body="See there.", via="mail", letterhead=Letterhead("<r@example.org>", (elsewhere,)))

    take_out(group, tmp_path / "out.mbox", watch=lambda _: None)
    other = make.group(slug="fen")
    report = run(tmp_path / "out.mbox", other)

    assert report.topics == 2
    assert Topic.objects.get(channel=main_channel(other), title="One").post_count == 2


def test_a_file_that_is_gone_from_the_disk_is_told(group, tmp_path):
    topic = make.topic(group)
    lost = keep_file("lost.txt", b"lost", said_kind="text/plain")
    reply(topic, author=topic.posts.get().author, body="x", via="web", letterhead=Letterhead("<r@x>", files=[lost]))
    StoredFile.objects.update(sha256="0" * 64)

    taken = take_out(group, tmp_path / "out.mbox", watch=lambda _: None)

    assert (taken.posts, taken.attachments, taken.lost) == (2, 0, ["lost.txt of <r@x>"])
    assert Attachment.objects.count() == 1
