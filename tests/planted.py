"""What a person leaves in the tables of governing: by them, and about them, with a string of its own in each."""

from django.utils.timezone import localdate, now

from folkmoot.accounts.models import Affiliation, Organization
from folkmoot.conversations.models import Post, Report, Topic
from folkmoot.groups.models import (
    Application,
    Candidacy,
    Denial,
    Election,
    FoundingRequest,
    Group,
    HistoryEntry,
    Inspection,
    MemberField,
    MemberValue,
    ModerationCase,
    Responsibility,
    Sanction,
)

OF_THEM = """
    caracalanswers marmotdecision vicunavalue coatielection quolldenial pademelonsanction bettongappeal dunnartanswer
    koalaoutcome potorooreport quendareported wallaroofounding yapokfounding pacadeparture
""".split()
OF_OFFICE = """
    tayranotes echidnasanction taipaninspection galagodenial lorisoutcome pottoanswer ayeayefounding bilbyapplication
    numbatclosing
""".split()
PROFILE = {
    "pronouns": "kudupronouns",
    "work": "oribiwork",
    "languages": "takinlanguages",
    "site": "https://serowsite.example/",
    "phone": "+49 gaurphone",
}


def plant_governing(person, group, other):
    """Let there be a row of each kind."""
    membership = group.memberships.get(person=person)
    group.memberships.filter(pk=membership.pk).update(departed_why="pacadeparture")
    plant_about(person, group, other)
    plant_of_office(person, group, other, membership)
    field = MemberField.objects.create(group=group, key="city", label="City")
    MemberValue.objects.create(field=field, membership=membership, value="vicunavalue")
    election = Election.objects.create(group=group, closes_at=now(), electorate=2, quorum=1)
    Candidacy.objects.create(election=election, membership=membership, words="coatielection")
    FoundingRequest.objects.create(person=person, name="wallaroofounding", slug="new-one", words="yapokfounding")
    company = Organization.objects.create(name="Acme", slug="acme")
    Affiliation.objects.create(person=person, organization=company, proof="word", starts_on=localdate())
    Post.objects.filter(author=person).update(side="inside", organization_name="Acme")


def plant_about(person, group, other):
    Application.objects.create(
        group=group, person=person, answers=[["Why?", "caracalanswers"]], reason="marmotdecision", decided_at=now()
    )
    case = ModerationCase.objects.create(group=group, person=person, outcome="koalaoutcome", closed_at=now())
    Report.objects.create(case=case, by=other, reason="other", words="quendareported", via="web")
    words = {"reason": "pademelonsanction", "appeal": "bettongappeal", "appeal_answer": "dunnartanswer"}
    Sanction.objects.create(group=group, person=person, kind="warn", case=case, by=other, **words)
    Denial.objects.create(person=person, group=group, permission="topics.tend", reason="quolldenial", by=other)


def plant_of_office(person, group, other, membership):
    case = ModerationCase.objects.create(
        group=group, person=other, outcome="lorisoutcome", closed_at=now(), closed_by=person
    )
    Report.objects.create(case=case, by=person, reason="other", words="potorooreport", via="web")
    Sanction.objects.create(group=group, person=other, kind="warn", by=person, reason="echidnasanction")
    Sanction.objects.create(
        group=group, person=other, kind="hold", reason="Noise", appeal_decided_by=person, appeal_answer="pottoanswer"
    )
    Denial.objects.create(person=other, group=group, permission="topics.tend", reason="galagodenial", by=person)
    Inspection.objects.create(group=group, administrator=person, reason="taipaninspection", ends_at=now())
    HistoryEntry.objects.create(group=group, kind="group.closed", by=person, via="web")
    Group.objects.filter(pk=group.pk).update(closed_why="numbatclosing")
    Responsibility.objects.create(group=group, name="Treasurer", holder=membership, notes="tayranotes")
    done = {"decided_at": now(), "decided_by": person}
    FoundingRequest.objects.create(person=other, name="Else", slug="else", reason="ayeayefounding", **done)
    Application.objects.create(group=group, person=other, reason="bilbyapplication", **done)


def topics_closed_by(person, group):
    """A line between posts, with words."""
    topic = Topic.objects.filter(channel__group=group).order_by("pk").first()
    topic.happenings.create(kind="closed", by=person, words="hutiawords")
