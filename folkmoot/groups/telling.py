"""The words of the history: for each kind of act a sentence, and what undoes it."""

from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Organization
from folkmoot.groups.models import (
    Denial,
    FoundingRequest,
    Group,
    HistoryEntry,
    Inspection,
    MemberField,
    Membership,
    Move,
    Responsibility,
    Role,
)
from folkmoot.groups.operations.denials import deny, lift
from folkmoot.groups.operations.duties import change_duty, end_duty, resume_duty
from folkmoot.groups.operations.founding import change, rename
from folkmoot.groups.operations.members import remove_member, restore_member
from folkmoot.groups.operations.roles import (
    allow,
    disallow,
    grant_role,
    remove_role,
    rename_role,
    revoke_role,
    term_of,
)
from folkmoot.kit.errors import Refused

# Of whom: %(about)s. What the facts name by number is told by its name of today: %(duty)s.
WORDS = {
    "group.founded": _("founded the group"),
    "group.changed": _("changed the settings of the group"),
    "group.renamed": _("gave the group another address"),
    "member.invited": _("invited somebody"),
    "question.added": _("asks one more question of those who want to join"),
    "question.changed": _("changed a question to those who want to join"),
    "question.removed": _("asks one question less of those who want to join"),
    "field.made": _("wants to know something more of members: %(field)s"),
    "field.changed": _("changed what is asked of members: %(field)s"),
    "field.removed": _("wants to know something less of members"),
    "rule.made": _("made a rule that places people here"),
    "rule.removed": _("took away a rule that placed people here"),
    "members.placed": _("took in people who fit a rule"),
    "link.made": _("made an invitation link"),
    "link.closed": _("closed an invitation link"),
    "move.begun": _("let the group come over from elsewhere: %(move)s"),
    "move.changed": _("changed from where the group comes over: %(move)s"),
    "move.ended": _("ended the coming over: %(move)s"),
    "members.imported": _("took in people of a list"),
    "members.invited": _("invited people of a list"),
    "member.joined": _("took %(about)s in"),
    "member.removed": _("removed %(about)s"),
    "application.accepted": _("accepted %(about)s"),
    "application.refused": _("said no to %(about)s"),
    "member.restored": _("took back that %(about)s was removed"),
    "member.assigned": _("put %(about)s into the group"),
    "role.granted": _("gave %(about)s a role: %(role)s"),
    "role.revoked": _("took a role from %(about)s: %(role)s"),
    "role.made": _("made a role: %(role)s"),
    "role.renamed": _("gave a role another name: %(role)s"),
    "role.removed": _("removed a role"),
    "role.allowed": _("allowed more to a role: %(role)s"),
    "role.disallowed": _("allowed less to a role: %(role)s"),
    "role.ended": _("saw the term of %(about)s end: %(role)s"),
    "permission.denied": _("denied something to %(about)s"),
    "permission.lifted": _("lifted what was denied to %(about)s"),
    "permission.ended": _("saw the time end for which something was denied to %(about)s"),
    "sanction.laid": _("laid a sanction on %(about)s"),
    "sanction.lifted": _("lifted a sanction of %(about)s"),
    "appeal.decided": _("answered an objection of %(about)s"),
    "subgroup.founded": _("founded a subgroup"),
    "subgroup.moved": _("moved the group to another place among the groups"),
    "group.closed_itself": _("closed the group to roles from above"),
    "group.opened_itself": _("opened the group to roles from above"),
    "group.limited": _("said whom the group is for"),
    "group.merged": _("merged another group into this one"),
    "group.split": _("split a part off"),
    "group.exported": _("took the group along as one file"),
    "group.closed": _("closed a group: %(of)s"),
    "group.reopened": _("opened a group again: %(of)s"),
    "inspection.begun": _("let %(about)s look as administrator into %(of)s: %(inspection)s"),
    "inspection.ended": _("saw the look of %(about)s into %(of)s end: %(inspection)s"),
    "founding.accepted": _("founded a group that %(about)s had asked for: %(founding)s"),
    "founding.refused": _("said no to a group that %(about)s had asked for: %(founding)s"),
    "installation.changed": _("changed what holds for the whole place"),
    "administrator.named": _("made %(about)s administrator"),
    "administrator.dismissed": _("made %(about)s administrator no longer"),
    "organization.made": _("made a company known: %(organization)s"),
    "organization.renamed": _("gave a company another name: %(organization)s"),
    "organization.changed": _("changed the domains of a company: %(organization)s"),
    "organization.merged": _("made two companies one: %(organization)s"),
    "organization.removed": _("removed a company"),
    "affiliation.begun": _("said that %(about)s belongs to a company: %(organization)s"),
    "affiliation.ended": _("said that %(about)s belongs to a company no longer: %(organization)s"),
    "group.brought": _("brought the group here from another place, as one file"),
    "figures.shared": _("shared the group’s figures with the groups above"),
    "figures.kept": _("keeps the group’s figures to itself"),
    "company.placed": _("said what a company is to the group"),
    "duty.made": _("named a responsibility: %(duty)s"),
    "duty.changed": _("changed a responsibility: %(duty)s"),
    "duty.ended": _("ended a responsibility: %(duty)s"),
    "duty.resumed": _("took up a responsibility again: %(duty)s"),
    "duty.given": _("gave %(about)s a responsibility: %(duty)s"),
    "duty.laid_down": _("took a responsibility from %(about)s: %(duty)s"),
    "duty.noted": _("wrote hand-over notes: %(duty)s"),
    "duty.asked": _("asked %(about)s to take over: %(duty)s"),
    "duty.declined": _("said no to taking over: %(duty)s"),
    "duty.handed_over": _("handed over to %(about)s: %(duty)s"),
    "duty.went_on": _("went on to %(about)s, whose turn it was: %(duty)s"),
    "duty.turned": _("said who has a turn: %(duty)s"),
    "succession.deputy": _("made the deputy %(about)s owner, because no owner was heard of"),
    "election.opened": _("began a vote on who owns the group, because no owner was heard of"),
    "election.failed": _("began the vote anew, because too few voted"),
    "election.decided": _("made %(about)s owner by vote"),
    "election.stopped": _("stopped the vote, because an owner is back"),
}
ABOUT = {
    "administrator": _("Administrators"),
    "affiliation": _("Companies"),
    "appeal": _("Objections"),
    "application": _("Requests to join"),
    "company": _("Companies"),
    "duty": _("Duties"),
    "election": _("Votes"),
    "field": _("Fields"),
    "figures": _("Figures"),
    "founding": _("New groups"),
    "group": _("The group"),
    "inspection": _("Looks of administrators"),
    "installation": _("This place"),
    "link": _("Invitation links"),
    "member": _("Members"),
    "members": _("Lists of members"),
    "move": _("Coming over"),
    "organization": _("Companies"),
    "permission": _("Permissions"),
    "question": _("Questions"),
    "role": _("Roles"),
    "rule": _("Rules"),
    "sanction": _("Sanctions"),
    "subgroup": _("Subgroups"),
    "succession": _("Owners"),
}
NAMES = {
    "duty": (Responsibility, "name"),
    "role": (Role, "name"),
    "field": (MemberField, "label"),
    "of": (Group, "name"),
    "inspection": (Inspection, "reason"),
    "move": (Move, "name"),
    "founding": (FoundingRequest, "name"),
    "organization": (Organization, "name"),
}


def _member(entry: HistoryEntry) -> Membership:
    members = Membership.objects.current().select_related("group", "person")
    found = members.filter(group=entry.group_id, person=entry.about_id).first()
    if found is None:
        raise Refused(_("They are not a member any more."))
    return found


def _past_member(entry: HistoryEntry) -> Membership:
    return Membership.objects.select_related("group", "person").get(group=entry.group_id, person=entry.about_id)


def _duty(entry: HistoryEntry) -> Responsibility:
    return Responsibility.objects.with_people().get(group=entry.group_id, pk=entry.facts["duty"])


def _group_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    assert entry.group is not None
    change(entry.group, by=by, via=via, **entry.facts["before"])


def _address_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    assert entry.group is not None
    rename(entry.group, slug=entry.facts["before"], by=by, via=via)


def _duty_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    before = dict(entry.facts["before"])
    if "role" in before:
        before["role"] = Role.objects.filter(group=entry.group_id, pk=before["role"]).first()
    change_duty(_duty(entry), by=by, via=via, **before)


def _role(entry: HistoryEntry) -> Role:
    return Role.objects.select_related("group").get(group=entry.group_id, pk=entry.facts["role"])


def _carried_as_before(entry: HistoryEntry, by: Actor, via: str) -> None:
    """Take the role, or, where only its term was changed, give the old term back."""
    before = entry.facts.get("before")
    if before is None:
        revoke_role(_member(entry), role=_role(entry), by=by, via=via)
    else:
        grant_role(_member(entry), role=_role(entry), by=by, via=via, **term_of(before))


def _give_again(entry: HistoryEntry, by: Actor, via: str) -> None:
    grant_role(_member(entry), role=_role(entry), by=by, via=via, **term_of(entry.facts))


def _denial(entry: HistoryEntry) -> Denial:
    return Denial.objects.select_related("group", "person").get(group=entry.group_id, pk=entry.facts["denial"])


def _deny_again(entry: HistoryEntry, by: Actor, via: str) -> None:
    was = _denial(entry)
    deny(
        was.person, group=was.group, permission=was.permission, reason=was.reason,
        starts_at=was.starts_at, ends_at=was.ends_at, by=by, via=via,
    )  # fmt: skip


UNDOES = {
    "group.changed": _group_as_before,
    "group.renamed": _address_as_before,
    "member.removed": lambda entry, by, via: restore_member(_past_member(entry), by=by, via=via),
    "member.joined": lambda entry, by, via: remove_member(_member(entry), by=by, via=via),
    "role.granted": _carried_as_before,
    "role.revoked": _give_again,
    "role.made": lambda entry, by, via: remove_role(_role(entry), by=by, via=via),
    "role.renamed": lambda entry, by, via: rename_role(_role(entry), name=entry.facts["before"], by=by, via=via),
    "role.allowed": lambda entry, by, via: disallow(_role(entry), permission=entry.facts["permission"], by=by, via=via),
    "role.disallowed": lambda entry, by, via: allow(_role(entry), permission=entry.facts["permission"], by=by, via=via),
    "permission.denied": lambda entry, by, via: lift(_denial(entry), by=by, via=via),
    "permission.lifted": _deny_again,
    "duty.made": lambda entry, by, via: end_duty(_duty(entry), by=by, via=via),
    "duty.ended": lambda entry, by, via: resume_duty(_duty(entry), by=by, via=via),
    "duty.resumed": lambda entry, by, via: end_duty(_duty(entry), by=by, via=via),
    "duty.changed": _duty_as_before,
}
