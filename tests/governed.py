"""One of everything by which a group is governed, and the pages on which it stands."""

from datetime import timedelta

from django.utils.timezone import localdate, now

from folkmoot.accounts.models import Organization
from folkmoot.accounts.operations import affiliate, make_organization
from folkmoot.conversations.operations import report
from folkmoot.groups.models import Candidacy, Election, Sanction
from folkmoot.groups.operations import appeal, name_side, sanction
from folkmoot.groups.operations.duties import ask_successor, give_duty, make_duty


def how_it_is_governed(group, post, *, olga, ann, words):
    """A duty and one that is asked for, a report, something laid on somebody who objects, a vote, a company."""
    member = group.memberships.get(person=ann)
    held, asked = (make_duty(group, name=f"{name} {words}"[:60], by=olga, via="test") for name in ("Cash", "Venue"))
    give_duty(held, to=member, ends_on=localdate() + timedelta(days=30), by=olga, via="test")
    ask_successor(asked, successor=member, notes=words, by=olga, via="test")
    report(post, by=olga, reason="other", words=words, via="test")
    laid = sanction(group, ann, kind=Sanction.Kind.HOLD, reason=words, by=olga, via="test")
    appeal(laid, by=ann, words=words, via="test")
    vote = Election.objects.create(group=group, closes_at=now() + timedelta(days=9), electorate=2, quorum=1)
    Candidacy.objects.create(election=vote, membership=member, words=words)
    company = make_organization(name=f"Acme {words}"[:100], domains=["acme.example"], by=olga, via="test")
    Organization.objects.filter(pk=company.pk).update(slug="acme")
    name_side(group, company, side="customer", by=olga, via="test")
    affiliate(ann, company, by=olga, via="test")
    role = group.roles.get(key="moderator")
    change = f"/g/tarn/manage/permissions?role={role.pk}&permission=people.invite"
    return {"olga": [f"/duties/{held.pk}", change], "ann": [f"/duties/{asked.pk}/answer", f"/sanctions/{laid.pk}"]}
