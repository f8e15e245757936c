"""A group with one of everything and every kind of person around it, for the table of who may (tests/who_may.txt)."""

from datetime import timedelta
from mailbox import Maildir
from types import SimpleNamespace

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.timezone import localdate, now

from folkmoot.accounts.models import OPERATOR, PersonExport
from folkmoot.accounts.operations import add_domain, affiliate, change_installation, make_organization
from folkmoot.conversations import operations as talk
from folkmoot.conversations.models import Topic
from folkmoot.doors.calendars.operations import make_key as make_calendar_key
from folkmoot.doors.feeds.operations import make_key
from folkmoot.doors.mail import kept, tokens
from folkmoot.doors.mail.models import Confirmation, HeldLetter, Speaking
from folkmoot.doors.mail.tests.at_the_door import arrive
from folkmoot.groups import operations
from folkmoot.groups.models import (
    Application,
    Candidacy,
    Election,
    FoundingRequest,
    Group,
    GroupExport,
    Membership,
    Responsibility,
    Sanction,
)
from folkmoot.groups.operations import duties
from folkmoot.meetings import operations as meetings
from folkmoot.meetings.models import Meeting
from folkmoot.meetings.operations import agenda, attending, minutes, points, proposing
from tests import make

ROLES = ("owner", "moderator", "organiser", "support", "editor")
SIDES = ("inside", "partner", "customer", "outside")
OF_NO_GROUP = ("visitor", "signed-in", "elsewhere", "administrator")  # they have nothing to do with the group
AROUND = ("above", "parent", "removed", "denied", "quiet", "member", "whose")
KINDS = OF_NO_GROUP + AROUND + ROLES + SIDES


def around(slug, **settings):
    """The group, its people by kind, and what is in it by the names that the table uses."""
    people = {kind: make.person(kind.title(), administrator=kind == "administrator") for kind in KINDS[1:]}
    parent = make.group(people["parent"], owner=people["above"], slug=f"{slug}-above", **settings)
    founder = make.person("Founder")
    group = make.group(owner=founder, slug=slug, **settings)
    group = operations.move_group(group, parent=parent, by=OPERATOR, via="test")
    make.group(people["elsewhere"], owner=make.person("Else"), slug="elsewhere")
    for kind in (*AROUND[2:], *ROLES, *SIDES):
        join(group, kind, people[kind])
    world = SimpleNamespace(group=group, parent=parent, people=people | {"visitor": None}, founder=founder)
    world.things = {"slug": slug, "group_id": group.pk, "parent": parent.pk} | _talk(world) | _letters(world)
    world.things |= _governing(world) | _own(world) | _membership(world)
    world.things |= _dates(world)
    world.things |= _joining(world) | _roles(world) | _installation(world)
    world.things |= _invitations(world) | _meetings(world) | _programme(world) | _coming_over(world)
    return world


def join(group, kind, person):
    membership = make.join(group, person)
    if kind in ROLES:
        operations.grant_role(membership, role=group.roles.get(key=kind), by=OPERATOR, via="test")
    if kind in SIDES:
        Membership.objects.filter(pk=membership.pk).update(side=kind)
    if kind in {"denied", "quiet"}:
        what = "" if kind == "denied" else "topics.post"
        operations.deny(person, group=group, permission=what, reason="Shouts.", by=OPERATOR, via="test")


def _talk(world):
    group, whose = world.group, world.people["whose"]
    ops = talk.make_channel(group, slug="ops", by=OPERATOR, via="test")
    topic = make.topic(group, author=whose, title="Wombat plan", body="Wombat body")
    answer = make.post(topic, author=world.founder, body="Wombat answer")
    talk.edit(topic.posts.in_order()[0], by=whose, body="Wombat body, mended", via="test")
    other = make.topic(group, author=whose, title="Wombat other")
    gone = talk.take_back(make.post(other, author=whose), by=whose, via="test")
    renamed, moved, merged, split = (make.topic(group, author=whose, title=f"Wombat {n}") for n in "RMGS")
    talk.retitle(renamed, title="Wombat renamed", by=whose, via="test")
    talk.move(moved, to=ops, by=OPERATOR, via="test")
    talk.merge(make.topic(group, author=whose, title="Wombat part"), into=merged, by=OPERATOR, via="test")
    second = make.post(split, author=whose)
    apart = talk.split(split, posts=[second.pk], title="Wombat apart", by=OPERATOR, via="test")
    (file,) = talk.prepare_files([("wombat.txt", b"Wombat file")])
    talk.reply(other, author=whose, body="Wombat file", via="test", files=[file])
    asked = talk.Asked("Wombats?", ["Hay", "Straw"])
    poll = talk.reply(other, author=whose, body="", via="test", poll=asked).poll
    return {
        "topic_id": topic.pk, "topic": topic.pk, "other": other.pk, "renamed": renamed.pk, "moved": moved.pk,
        "merged": merged.pk, "apart": apart.pk, "title": "wombat-plan", "channel": "ops", "channel_id": ops.pk,
        "post_id": topic.posts.in_order()[0].pk, "answer": answer.pk, "gone": gone.pk, "kind": "thanks",
        "level": "muted", "sha256": file.sha256, "name": "wombat.txt", **_waiting(world, ops, topic),
        "poll_id": poll.pk, "lines": "Hay\nStraw",
    }  # fmt: skip


def _waiting(world, channel, topic):
    whose, soon = world.people["whose"], now() + timedelta(days=1)
    later = talk.schedule(channel, topic=topic, author=whose, body="Wombat later", via="test", due_at=soon)
    withdrawn = talk.schedule(channel, topic=topic, author=whose, body="Wombat", via="test", due_at=soon)
    talk.withdraw(withdrawn, by=whose, via="test")
    held = talk.hold_post(channel, topic=topic, author=whose, body="Wombat held", via="test")
    talk.keep_draft(whose, f"topic-{topic.pk}", body="Wombat draft")
    talk.keep_draft(whose, "new-wombats", body="Wombat draft")
    talk.throw_draft_away(whose, "new-wombats")
    return {"scheduled_id": later.pk, "withdrawn": withdrawn.pk, "waiting": held.pk, "key": f"topic-{topic.pk}"}


def _letters(world):
    """A held letter, and the tokens that letters carry."""
    to, sender = f"{world.group.slug}@localhost", "stranger@example.com"
    arrive(make.letter(to=to, sender=sender, subject="Wombat letter"), to=to, sender=sender)
    held, mine = HeldLetter.objects.get(), world.group.memberships.get(person=world.people["whose"])
    topic = Topic.objects.get(title="Wombat plan")
    Maildir(settings.OUTGOING, create=True).add(b"Subject: Wombats\n\nHay\n")
    todo = tokens.todo_token(mine.pk, localdate().toordinal(), 0, 0)
    return {
        "letter": kept.letters()[0].key,
        "todo_token": todo,
        "held_id": held.pk,
        "leave_token": tokens.leave_token(mine.pk),
        "mute_token": tokens.mute_token(mine.pk, topic.pk),
        "invitation": operations.invite(world.group, address="zoe@example.org", by=world.founder, via="test").token,
    }


def _governing(world):
    group, whose = world.group, world.people["whose"]
    mine, theirs = (group.memberships.get(person=world.people[kind]) for kind in ("whose", "member"))
    duty = duties.make_duty(group, name="Wombat keeper", slug="keeper", by=OPERATOR, via="test")
    duties.give_duty(duty, to=mine, by=OPERATOR, via="test")
    asked = duties.make_duty(group, name="Wombat feeder", by=OPERATOR, via="test")
    duties.ask_successor(asked, successor=mine, by=OPERATOR, via="test")
    over = duties.make_duty(group, name="Wombat walker", by=OPERATOR, via="test")
    duties.end_duty(over, by=OPERATOR, via="test")
    warn = {"kind": Sanction.Kind.WARN, "reason": "Wombats.", "by": OPERATOR, "via": "test"}
    laid, objected = operations.sanction(group, whose, **warn), operations.sanction(group, whose, **warn)
    operations.appeal(objected, by=whose, words="Wombats!", via="test")
    reported = talk.report(
        Topic.objects.get(title="Wombat other").posts.in_order()[0],
        by=world.people["member"], reason="other", via="test",
    )  # fmt: skip
    ran = Election.objects.create(group=group, closes_at=now() + timedelta(days=9), electorate=9, quorum=1)
    Membership.objects.filter(group=group, left_at=None).update(active_at=now(), active_by="spoke")
    candidacy = Candidacy.objects.create(election=ran, membership=theirs)
    asked_in = Application.objects.create(group=group, person=make.person("Zoe"), answer="Wombats")
    role, removed = group.roles.get(key="member"), group.memberships.get(person=world.people["removed"])
    operations.remove_member(removed, by=OPERATOR, via="test")
    asked = Responsibility.objects.get(pk=asked.pk)
    return {
        "duty_id": duty.pk, "asked": asked.pk, "over": over.pk, "duty_token": tokens.duty_token(asked),
        "sanction_id": laid.pk, "objected": objected.pk, "case_id": reported.case_id, "election_id": ran.pk,
        "candidacy_id": candidacy.pk, "application_id": asked_in.pk, "row_id": asked_in.pk, "role_id": role.pk,
        "entry_id": group.history.filter(kind="member.removed").get().pk, "removed": removed.pk, "keys": removed.pk,
        **_companies(world),
    }  # fmt: skip


def _companies(world):
    company = make_organization(name="Wombat Works", domains=["wombat.example"], by=OPERATOR, via="test")
    add_domain(company, domain="wombats.example", by=OPERATOR, via="test")
    operations.name_side(world.group, company, side="partner", by=OPERATOR, via="test")
    affiliate(world.people["signed-in"], company, by=OPERATOR, via="test")
    empty = make_organization(name="Empty", by=OPERATOR, via="test")
    tie = company.affiliations.get()
    return {
        "organization_id": company.pk, "company": company.slug, "empty": empty.slug,
        "domain_id": company.domains.order_by("pk")[0].pk, "affiliation_id": tie.pk,
    }  # fmt: skip


def _invitations(world):
    """The tokens of letters about a meeting."""
    meeting, whose = make.meeting(world.group, title="Wombat hour"), world.people["whose"]
    asked = {"group": world.group, "address": "whose@example.org", "name": "Whose", "token": "wombatscome"}
    Confirmation.objects.create(kind=Confirmation.Kind.ANSWER, meeting=meeting, **asked)
    return {
        "meeting_id": meeting.pk,
        "come_token": "wombatscome",
        "rsvp_token": tokens.rsvp_token(meeting.pk, whose.pk),
        "speaking_token": tokens.speaking_token(
            Speaking.objects.create(group=world.group, address="zoe@example.org").pk
        ),
        "invitations_token": tokens.invitations_token(world.group.memberships.get(person=whose).pk),
    }


def _coming_over(world):
    """The group comes over from an old place: its page, a letter to who wants to join, and one with the counts."""
    there = {"name": "Wombat place", "address": "https://wombats.example", "members": 9}
    move = operations.begin_move(world.group, **there, by=OPERATOR, via="test")
    asked = {"group": world.group, "address": "numbat@example.org", "name": "Numbat", "token": "wombatsover"}
    Confirmation.objects.create(kind=Confirmation.Kind.OVER, link=move.link, **asked)
    whose = world.group.memberships.get(person=world.people["whose"])
    return {
        "move_id": move.pk, "over_token": move.link.token, "over_letter": "wombatsover",
        "counts_token": tokens.counts_token(whose.pk), "day_after": f"{localdate() + timedelta(days=30)}",
    }  # fmt: skip


def _own(world):
    """What is the own of the person of the kind `whose`."""
    whose = world.people["whose"]
    export = PersonExport.objects.create(person=whose, ready_at=now(), sha256=world.things["sha256"])
    device = UserSession.objects.create(
        user=whose, session_key="x" * 32, ip="127.0.0.1", user_agent="Hay", last_seen_at=now()
    )
    calendar_key, secret = make_calendar_key(whose, name="Wombat phone")
    soon = f"{now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    return {
        "pk": 1,
        "soon": soon,
        "session_id": device.pk,
        "export_id": export.pk,
        "feed_key": make_key(whose).key,
        "calendar_key": calendar_key.pk,
        "secret": secret,
        "handle": whose.handle,
    }


def _membership(world):
    """Somebody who is a member, and one more owner."""
    plain, second = make.person("Plain"), make.person("Second")
    membership, owner = make.join(world.group, plain), make.join(world.group, second)
    operations.make_owner(owner, by=OPERATOR, via="test")
    return {"membership_id": membership.pk, "second": owner.pk, "plain": plain.handle}


def _joining(world):
    """How people come in: a link, a question, a field, a rule; and a group below."""
    group, by = world.group, {"by": OPERATOR, "via": "test"}
    below = operations.found(founder=world.founder, parent=group, name="Pups", slug=f"{group.slug}-pups", via="test")
    operations.assign(group.memberships.get(pk=world.things["membership_id"]), to=below, **by)
    link = operations.make_link(group, **by)
    question = operations.ask(group, words="Wombats?", is_required=False, **by)
    field = operations.make_field(group, label="Wombats", **by)
    rule = operations.make_rule(group, about="domain", value="nobody.example", **by)
    return {
        "below": below.pk, "link_id": link.pk, "link": link.token, "question_id": question.pk, "field_id": field.pk,
        "rule_id": rule.pk, "parent_slug": world.parent.slug,
    }  # fmt: skip


def _dates(world):
    """A question when to meet, and a series of meetings."""
    dates = make.dates(world.group)
    token = tokens.dates_token(world.group.memberships.get(person=world.people["whose"]).pk, dates)
    return {
        "dates_token": token,
        "dates_id": dates.pk,
        "date_choice": dates.choices.order_by("pk")[0].pk,
        "series_id": make.series(world.group).pk,
    }


def _roles(world):
    """A role of the group's own, somebody who carries one, what is denied, and the group as one file."""
    group, tending = world.group, make.join(world.group, make.person("Tending"))
    moderator = group.roles.get(key="moderator")
    operations.grant_role(tending, role=moderator, by=OPERATOR, via="test")
    taken = group.roles.get(key="editor")
    operations.grant_role(tending, role=taken, by=OPERATOR, via="test")
    operations.revoke_role(tending, role=taken, by=OPERATOR, via="test")
    own = operations.make_role(group, name="Wombat minder", by=OPERATOR, via="test")
    package = GroupExport.objects.create(group=group, ready_at=now(), sha256=world.things["sha256"])
    return {
        "tending": tending.pk, "moderator": moderator.pk, "taken": taken.pk, "own_role": own.pk,
        "package_id": package.pk, "denial_id": world.people["quiet"].denials.get().pk,
    }  # fmt: skip


def _installation(world):
    """Notices, somebody who asks for a group, one more administrator, and a look into another group."""
    change_installation(by=OPERATOR, via="test", imprint="Wombats", privacy="Wombats", terms="Wombats")
    wish = FoundingRequest.objects.create(person=world.people["signed-in"], name="Numbats", slug="numbats-too")
    elsewhere = Group.objects.get(slug="elsewhere")
    operations.inspect(
        elsewhere, administrator=world.people["administrator"], reason="Wombats", hours=2, by=OPERATOR, via="test"
    )
    boss = make.person("Boss", administrator=True)
    return {"founding_id": wish.pk, "inspected": elsewhere.slug, "boss": boss.handle}


def _meetings(world):
    """A meeting with a waiting list, one that is called off, a draft, a series, and places."""
    group, by = world.group, {"by": OPERATOR, "via": "test"}
    barn, unused, retired = (meetings.add_venue(group, name=f"Wombat {name}", **by) for name in ("barn", "shed", "hut"))
    meetings.retire_venue(retired, **by)
    full = make.meeting(group, title="Wombat meeting", venue=barn, seats=1)
    meetings.answer(full, person=world.people["whose"], answer="yes", via="test")
    waiting = meetings.answer(full, person=world.people["member"], answer="yes", via="test")
    meetings.change_meeting(full, seats=50, **by)
    off, draft = make.meeting(group, title="Wombat off"), make.meeting(group, title="Wombat draft", is_draft=True)
    meetings.cancel(off, **by)
    starts = full.starts.replace(tzinfo=None) + timedelta(days=1)
    series = meetings.plan_series(group, title="Wombat weeks", starts=starts, rule="FREQ=WEEKLY;COUNT=3", **by)
    kept = meetings.plan_series(group, title="Wombat draft", starts=starts, rule="FREQ=WEEKLY", is_draft=True, **by)
    return {
        "meeting_id": full.pk, "cancelled_meeting": off.pk, "draft_meeting": draft.pk, "venue_id": barn.pk,
        "draft_series": kept.pk,
        "series_meeting": series.meetings.order_by("slot")[0].pk, "unused_venue": unused.pk, "rsvp_id": waiting.pk,
        "retired_venue": retired.pk, "wish_id": meetings.ask(full, words="Wombats?", **by).pk,
    }  # fmt: skip


def _programme(world):
    """A meeting that is just going on, its host being the person of the kind `whose`: talks, agenda, minutes."""
    group, whose, by = world.group, world.people["whose"], {"by": OPERATOR, "via": "test"}
    meeting = make.meeting(group, title="Wombat night", starts_in=timedelta(minutes=-30))
    Meeting.objects.filter(pk=meeting.pk).update(host=whose)
    meeting.refresh_from_db()
    offered = proposing.propose(group, title="Wombat talk", by=whose, via="test")
    given = proposing.propose(group, title="Wombat burrows", by=whose, via="test")
    item = agenda.schedule(given, meeting=meeting, **by)
    (file,) = talk.prepare_files([("wombat.pdf", b"%PDF-1.7 Wombat slides")])
    agenda.attach_slides(item, slides=file, **by)
    came = meetings.answer(meeting, person=world.people["member"], answer="yes", **by)
    attending.note_coming(meeting, entries=[attending.Coming("wombat", now(), person=came.person_id)], **by)
    written = minutes.begin_minutes(meeting, **by)
    minutes.submit_minutes(written, to=[came.person], **by)
    point = points.add_point(meeting, sort="action", words="Wombat hay", owner=came.person, **by)
    return {
        "minutes_id": written.pk, "point_id": point.pk, "night": meeting.pk,
        "talk_id": offered.pk, "given": given.pk, "item_id": item.pk,
        "attendance_id": meeting.attendances.get().pk,
    }  # fmt: skip
