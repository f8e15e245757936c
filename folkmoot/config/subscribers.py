"""What happens when something happens. The whole answer is in this table."""

from folkmoot.accounts import reactions as accounts
from folkmoot.config import exports, personal
from folkmoot.conversations import reactions as conversations
from folkmoot.doors.mail import (
    conduct,
    dates,
    duty_letters,
    installation_letters,
    mailings,
    notes,
    outcomes,
    programme_letters,
    speakers,
)
from folkmoot.doors.mail.invitations import newcomers, reminders, seats
from folkmoot.doors.mail.invitations import queue as invitations
from folkmoot.groups import reactions as groups
from folkmoot.meetings import reactions as meetings
from folkmoot.outbox.relay import Subscriber

COMPANY_ACTS = frozenset(
    """
    organization.made organization.renamed organization.changed organization.merged organization.removed
    affiliation.begun affiliation.ended
    """.split()
)
INSTALLATION_ACTS = frozenset({"installation.changed", "administrator.named", "administrator.dismissed"})
MEMBER_FACTS = frozenset({"member.joined", "member.left", "member.removed", "member.described"})
MEMBER_LESS = frozenset({"member.left", "member.removed", "role.revoked", "role.ended"})
DENIALS = frozenset(
    """
    sanction.laid sanction.lifted permission.denied permission.begun permission.lifted permission.ended
    """.split()
)
MEETING_NEWS = frozenset({"meeting.changed", "meeting.cancelled", "meeting.uncancelled"})
SUBSCRIBERS = [
    Subscriber("mail", frozenset({"post.added"}), handle=mailings.post_added),
    Subscriber("invitations", frozenset({"member.invited"}), handle=notes.member_invited),
    Subscriber("applications", frozenset({"application.made"}), handle=notes.application_made),
    Subscriber("decisions", frozenset({"application.decided"}), handle=notes.application_decided),
    Subscriber("added", frozenset({"member.joined"}), handle=notes.member_added),
    Subscriber("receipts", frozenset({"member.left"}), handle=notes.member_left),
    Subscriber("duties", frozenset({"duty.asked", "duty.ending"}), handle=duty_letters.duty_told),
    Subscriber("elections", frozenset({"election.opened", "election.failed"}), handle=duty_letters.election_told),
    Subscriber("groups", frozenset({"person.merged"}), handle=groups.person_merged),
    Subscriber("conversations", frozenset({"person.merged"}), handle=conversations.person_merged),
    Subscriber("activity", frozenset({"post.added", "reaction.added"}), handle=conversations.was_active),
    Subscriber("names", frozenset({"person.renamed", "picture.changed"}), handle=conversations.person_renamed),
    Subscriber("exports", frozenset({"export.asked"}), handle=exports.export_asked),
    Subscriber("exported", frozenset({"export.ready"}), handle=notes.export_ready),
    Subscriber("farewell", frozenset({"person.erased"}), handle=personal.person_erased),
    Subscriber("companies", frozenset({"address.proven"}), handle=accounts.address_proven),
    Subscriber(
        "domains", frozenset({"organization.made", "organization.changed"}), handle=accounts.organization_changed
    ),
    Subscriber("sides", frozenset({"affiliation.begun", "affiliation.ended"}), handle=groups.affiliations_changed),
    Subscriber("placed", MEMBER_FACTS, handle=groups.member_changed),
    Subscriber("placed-by-address", frozenset({"address.proven"}), handle=groups.address_proven),
    Subscriber("placed-by-side", frozenset({"group.changed"}), handle=groups.group_changed),
    Subscriber("placing", frozenset({"rule.made"}), handle=groups.rule_made),
    Subscriber("companies-noted", COMPANY_ACTS, handle=groups.companies_noted),
    Subscriber("installation-noted", INSTALLATION_ACTS, handle=groups.installation_noted),
    Subscriber("founding-asked", frozenset({"founding.asked"}), handle=installation_letters.founding_asked),
    Subscriber("founding-decided", frozenset({"founding.decided"}), handle=installation_letters.founding_decided),
    Subscriber("closed", frozenset({"group.closed", "group.reopened"}), handle=installation_letters.group_closed),
    Subscriber(
        "inspections", frozenset({"inspection.begun", "inspection.ended"}), handle=installation_letters.inspected
    ),
    Subscriber("companies-merged", frozenset({"organization.merged"}), handle=groups.organizations_merged),
    Subscriber("meetings", frozenset({"person.merged"}), handle=meetings.person_merged),
    Subscriber("announcements", frozenset({"meeting.published"}), handle=meetings.meeting_published),
    Subscriber(
        "seats", frozenset({"rsvp.changed", "rsvp.withdrawn", "meeting.changed"}), handle=meetings.seats_may_be_free
    ),
    Subscriber("seats-of-the-gone", MEMBER_LESS, handle=meetings.member_gone),
    Subscriber("seats-of-the-banned", frozenset({"sanction.laid"}), handle=meetings.sanction_laid),
    Subscriber(
        "seats-of-the-denied",
        frozenset({"permission.denied", "permission.begun"}),
        handle=meetings.permission_denied,
    ),
    Subscriber("invited", frozenset({"meeting.announced"}), handle=invitations.meeting_announced),
    Subscriber("calendars", MEETING_NEWS, handle=invitations.meeting_told),
    Subscriber("answered", frozenset({"rsvp.changed", "rsvp.moved_up"}), handle=invitations.rsvp_told),
    Subscriber("unanswered", frozenset({"rsvp.withdrawn"}), handle=invitations.answer_withdrawn),
    Subscriber("uninvited", frozenset({"member.left", "member.removed"}), handle=invitations.member_turned),
    Subscriber("back-in-calendars", frozenset({"member.joined"}), handle=invitations.member_turned),
    Subscriber("newcomers", frozenset({"member.joined"}), handle=newcomers.member_joined),
    Subscriber("calendars-of-the-denied", DENIALS, handle=invitations.standing_turned),
    Subscriber("calendars-reached-again", frozenset({"address.proven"}), handle=invitations.address_proven),
    Subscriber("calendars-reopened", frozenset({"group.reopened"}), handle=invitations.group_reopened),
    Subscriber("offers", frozenset({"seat.offered"}), handle=seats.seat_offered),
    Subscriber("reminders", frozenset({"reminder.due"}), handle=reminders.reminder_due),
    Subscriber("reminders-moved", frozenset({"meeting.changed"}), handle=meetings.meeting_moved),
    Subscriber("calendars-merged", frozenset({"person.merged"}), handle=invitations.person_merged),
    Subscriber("dates", frozenset({"dates.asked", "dates.changed"}), handle=dates.asked),
    Subscriber("polls-told", frozenset({"poll.closed"}), handle=outcomes.poll_closed),
    Subscriber("dates-told", frozenset({"dates.closed"}), handle=outcomes.dates_closed),
    Subscriber("dates-decided", frozenset({"dates.decided"}), handle=outcomes.dates_decided),
    Subscriber("rotations", frozenset({"series.rotated"}), handle=outcomes.series_rotated),
    Subscriber("speakers", frozenset({"talk.scheduled"}), handle=programme_letters.talk_scheduled),
    Subscriber("speakers-without-account", frozenset({"talk.scheduled"}), handle=speakers.talk_placed),
    Subscriber("speakers-named", frozenset({"proposal.changed"}), handle=speakers.speaker_named),
    Subscriber("speakers-told", MEETING_NEWS | {"meeting.published"}, handle=speakers.meeting_told),
    Subscriber("speakers-off", frozenset({"talk.taken_off"}), handle=speakers.talk_taken_off),
    Subscriber("drafts", frozenset({"minutes.begun"}), handle=programme_letters.minutes_begun),
    Subscriber("approvals", frozenset({"minutes.submitted"}), handle=programme_letters.minutes_submitted),
    Subscriber("amendments", frozenset({"minutes.objected"}), handle=programme_letters.minutes_objected),
    Subscriber("accounts", frozenset({"person.merged"}), handle=accounts.person_merged),
    Subscriber("sanctions", frozenset({"sanction.laid"}), handle=conduct.sanction_laid),
    Subscriber("lifted", frozenset({"sanction.lifted"}), handle=conduct.sanction_lifted),
    Subscriber("objections", frozenset({"appeal.made"}), handle=conduct.appeal_made),
    Subscriber("answers", frozenset({"appeal.decided"}), handle=conduct.appeal_decided),
]
