"""What a security review found, so that it stays mended."""

import pytest

from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.conversations.models import Post, StoredFile, Topic
from folkmoot.doors.mail import proof, transport
from folkmoot.doors.mail.mailings import work_off
from folkmoot.doors.mail.models import HeldLetter, Mailing
from folkmoot.doors.mail.tests.at_the_door import Taken, arrive, gone_out, send, text
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import add_member, found, invite
from folkmoot.kit.errors import Refused
from tests import make, sink


def test_one_post_we_stumble_over_keeps_no_other_waiting():
    ann, bob = make.person("Ann"), make.person("Bob")
    topic = make.topic(make.group(ann, bob), author=ann)
    make.post(topic, author=ann, body="The second.")
    gone = topic.posts.in_order()[0]
    Post.objects.filter(pk=gone.pk).update(message_id="<@>\r\n")

    copies = [text(copy) for copy in gone_out()]

    assert any(b"The second." in one for one in copies)
    assert Mailing.objects.get(done_at=None).attempts == 1
    assert not work_off(Taken())


@pytest.mark.parametrize("message_id", ["<@>", "<[>", "<,@x>", "<(a@b>", "<;>"])
def test_any_message_id_goes_out_again(message_id):
    make.group(make.person("Ann"), make.person("Bob"))
    send(message_id=message_id)
    assert {copy.recipient for copy in gone_out()} == {"bob@example.org", "olga@example.org"}


@pytest.mark.parametrize(
    "sender",
    ["ann@example.org, eve@evil.example", "<ann@example.org> <eve@evil.example>", "=?utf-8?q?ann=40example.org?="],
)
def test_a_sender_that_can_be_read_two_ways_is_held(sender, settings):
    settings.AUTHSERV_ID = "mx"
    make.group(make.person("Ann"), proof="from")
    letter = send(sender=sender, Authentication_Results="mx; dmarc=pass header.from=evil.example")
    assert letter.outcome == "held"
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (["mx; dmarc=pass header.from=evil.example"], "none"),
        (["mx; dmarc=pass header.from=example.org"], "pass"),
        (["mx; dkim=none; spf=fail smtp.mailfrom=example.org", "mx; dmarc=pass header.from=example.org"], "none"),
        (["mx; spf=pass smtp.mailfrom=org"], "none"),
        (["mx; " + "(" * 5000], "none"),
        (["other; dmarc=pass header.from=example.org"], "none"),
        (["mx; dkim=fail header.d=example.org; spf=fail smtp.mailfrom=example.org"], "fail"),
    ],
)
def test_only_our_own_servers_word_about_this_domain_counts(results, verdict, settings):
    settings.AUTHSERV_ID = "mx"
    assert proof.of(results, "example.org") == verdict


def test_refusals_and_questions_are_few_and_quote_nothing_of_a_stranger():
    make.group(make.person("Ann"))
    for number in range(12):
        send(to="tarn+t999@localhost", body="BUY", message_id=f"<{number}@x>")
        send(to="tarn+help@localhost", message_id=f"<h{number}@x>")

    copies = gone_out()

    assert len(copies) == 10
    assert not any(b"BUY" in text(copy) for copy in copies)


def test_a_hidden_group_is_named_to_nobody_who_asks():
    make.person("Ann")
    make.group(visibility="hidden", slug="secret", name="Topsecret")
    for verb in ("join", "help", "t99"):
        send(to=f"secret+{verb}@localhost", message_id=f"<{verb}@x>")
    assert gone_out() == []


def test_an_address_in_another_script_stops_no_other_letter():
    with sink.running() as server:
        way_out = transport.SmtpTransport(f"smtp://127.0.0.1:{server.port}")
        sheet = transport.Sheet(b"Subject: x\r\n\r\nx\r\n")
        wanted = ["a@example.org", "x@bücher.example", "bad one@x", "b@example.org>\r\nRCPT TO:<c@x", "c@example.org"]
        answers = way_out.send([transport.Copy("s@example.org", one, sheet) for one in wanted])
        way_out.close()
    assert [answer.status for answer in answers] == ["sent", "refused", "refused", "refused", "sent"]
    assert server.recipients == ["a@example.org", "c@example.org"]


def test_a_group_holds_so_many_letters_a_day_and_no_more(settings):
    settings.HELD_A_DAY = 3
    make.group()
    ends = [send(sender=f"e{number}@example.net", message_id=f"<{number}@x>").outcome for number in range(5)]
    assert ends == ["held"] * 3 + ["dropped"] * 2
    assert HeldLetter.objects.count() == 3


def test_junk_takes_no_place_from_a_members_letter(settings):
    settings.HELD_A_DAY = 1
    make.group(make.person("Ann"), proof="confirm")
    ends = [send(sender="e@example.net", message_id=f"<{number}@x>").outcome for number in range(2)]

    assert (ends, send().outcome) == (["held", "dropped"], "held")


def test_files_of_letters_that_are_not_posted_are_not_kept(settings, tmp_path):
    settings.FILES = tmp_path
    make.group()
    raw = make.letter(sender="eve@example.net").replace(b"text/plain", b"application/zip", 1)
    arrive(raw, to="tarn+bounces-x@localhost")
    arrive(raw.replace(b"<one@", b"<two@"))
    assert list(tmp_path.rglob("*")) == []
    assert not StoredFile.objects.exists()


def test_nobody_lays_claim_to_what_another_has_yet_to_say():
    ann, eve = make.person("Ann"), make.person("Eve")
    make.group(ann, eve)
    send(sender="eve@example.org", subject="Trap", message_id="<eve@x>", References="<future@example.org>")

    send(subject="Mine", message_id="<future@example.org>", Date="Tue, 24 Nov 2099 10:00:00 +0000")
    send(subject="Re: Mine", message_id="<later@x>", In_Reply_To="<future@example.org>")

    assert {topic.title: topic.post_count for topic in Topic.objects.all()} == {"Trap": 1, "Mine": 2}


def test_an_answer_that_came_first_is_joined_by_the_letter_it_answers():
    make.group(make.person("Ann"))
    send(subject="Re: Mine", message_id="<answer@x>", In_Reply_To="<first@x>")

    send(subject="Mine", message_id="<first@x>", Date="Tue, 24 Nov 2020 10:00:00 +0000")

    assert Topic.objects.get().post_count == 2


def test_an_unfinished_sign_up_is_nobody():
    kim = Person.objects.create(name="Attacker's choice", handle="kim", signed_up_at="2026-01-01T00:00Z")
    kim.addresses.create(user=kim, email="kim@example.net", primary=True)
    group = make.group()

    member = add_member(group, address="kim@example.net", name="Kim", by=OPERATOR, via="test")

    assert member.person != kim
    assert member.person.name == "Kim"


def test_inviting_and_adding_have_an_end():
    group = make.group()
    olga = Membership.objects.get(group=group).person
    invite(group, address="kim@example.net", by=olga, via="web")
    for _ in range(3):
        invite(group, address="kim@example.net", by=olga, via="web")
    assert len(gone_out()) == 1
    assert (
        refused_after(60, lambda n: add_member(group, address=f"a{n}@example.net", by=olga, via="web")) == 50
    )  # and the first0
    assert refused_after(10, lambda n: found(founder=olga, name=f"Group {n}", via="web")) == 4  # and the first


def refused_after(tries, do) -> int:
    for number in range(tries):
        try:
            do(number)
        except Refused:
            return number
    return tries


def test_our_own_addresses_are_nobodys():
    with pytest.raises(Refused):
        make.person("Kim", address="postmaster@localhost")
    assert not Person.objects.filter(name="Kim").exists()
