"""Companies: their domains, and who belongs to them by address or by word."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from folkmoot.accounts.models import OPERATOR, Affiliation, Organization
from folkmoot.accounts.operations import (
    add_domain,
    affiliate,
    end_affiliation,
    erase,
    forget_organization,
    make_organization,
    merge,
    merge_organizations,
    prove_address,
    remove_domain,
    rename_organization,
    settle_affiliations,
    settle_all,
)
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.outbox.relay import drain
from tests import make


def company(name="Acme", *domains):
    return make_organization(name=name, domains=domains, by=OPERATOR, via="test")


def ties(person):
    return set(Affiliation.objects.current().filter(person=person).values_list("organization__name", "proof"))


def age(tie, days=10):
    Affiliation.objects.filter(pk=tie.pk).update(starts_on=localdate() - timedelta(days=days))


def test_whoever_has_an_address_at_a_companys_domain_belongs_to_it():
    ann, sub, lookalike = (
        make.person(name, address=address)
        for name, address in [
            ("Ann", "ann@acme.example"),
            ("Sub", "sub@eu.acme.example"),
            ("Eve", "eve@notacme.example"),
        ]
    )

    company("Acme", "@ACME.example.")
    drain(SUBSCRIBERS)

    assert (ties(ann), ties(sub), ties(lookalike)) == ({("Acme", "address")}, {("Acme", "address")}, set())
    assert Event.objects.filter(kind="affiliation.begun").count() == 2


def test_an_address_that_is_proven_begins_and_one_that_goes_ends_it(client):
    company("Acme", "acme.example")
    ann = make.person("Ann")
    prove_address(ann, address="ann@acme.example", via="test")
    drain(SUBSCRIBERS)
    assert ties(ann) == {("Acme", "address")}
    age(ann.affiliations.get())

    make.signed_in(client, ann).post("/account/email", {"email": "ann@acme.example", "action_remove": ""}, follow=True)
    client.post("/settings/addresses", {"email": "ann@acme.example", "action_remove": ""})

    ann.addresses.filter(email="ann@acme.example").delete()
    settle_affiliations(ann, via="test")
    assert ties(ann) == set()
    assert ann.affiliations.get().ends_on == localdate() - timedelta(days=1)
    assert Event.objects.filter(kind="affiliation.ended").exists()


def test_an_address_that_nobody_has_proven_says_nothing():
    company("Acme", "acme.example")
    ann = make.person("Ann")
    ann.emailaddress_set.create(email="ann@acme.example", verified=False)

    settle_all()

    assert ties(ann) == set()


def test_the_nearest_domain_counts():
    company("Acme", "acme.example")
    company("Acme Labs", "labs.acme.example")
    ann = make.person("Ann", address="ann@x.labs.acme.example")

    settle_all()

    assert ties(ann) == {("Acme Labs", "address")}


@pytest.mark.parametrize(
    "domain", ["gmail.com", "GMX.de", "co.uk", "mail.gmail.com", "acme", "a b.de", "", "-a.de", "*"]
)
def test_what_says_nothing_of_a_company_is_refused(domain):
    with pytest.raises(Refused):
        company("Acme", "acme.example", domain)
    assert not Organization.objects.exists()


def test_a_name_and_a_domain_are_one_companys():
    acme = company("Acme", "acme.example")
    for wrong in (("acme", "other.example"), ("Other", "acme.example"), (" \n", "other.example")):
        with pytest.raises(Refused):
            company(*wrong)
    with pytest.raises(Refused):
        add_domain(acme, domain="acme.example", by=OPERATOR, via="test")
    assert Organization.objects.get() == acme


def test_only_administrators_run_companies():
    acme, other, ann = company("Acme", "acme.example"), company("Other"), make.person("Ann")
    tie = affiliate(ann, acme, by=OPERATOR, via="test")
    before = Event.objects.count()
    for act in (
        lambda: make_organization(name="New", by=ann, via="test"),
        lambda: rename_organization(acme, name="Evil", by=ann, via="test"),
        lambda: add_domain(acme, domain="evil.example", by=ann, via="test"),
        lambda: remove_domain(acme.domains.get(), by=ann, via="test"),
        lambda: merge_organizations(other, into=acme, by=ann, via="test"),
        lambda: forget_organization(other, by=ann, via="test"),
        lambda: affiliate(ann, other, by=ann, via="test"),
        lambda: end_affiliation(tie, by=ann, via="test"),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert set(Organization.objects.values_list("name", flat=True)) == {"Acme", "Other"}
    assert ties(ann) == {("Acme", "word")}
    assert Event.objects.count() == before


def test_a_domain_that_goes_takes_its_people_along():
    acme = company("Acme", "acme.example")
    ann = make.person("Ann", address="ann@acme.example")
    settle_all()

    remove_domain(acme.domains.get(), by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert ties(ann) == set()

    add_domain(acme, domain="acme.example", by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert ties(ann) == {("Acme", "address")}


def test_a_word_counts_from_its_first_day_to_its_last():
    acme, ann, today = company(), make.person("Ann"), localdate()
    affiliate(
        ann, acme, starts_on=today + timedelta(days=3), ends_on=today + timedelta(days=9), by=OPERATOR, via="test"
    )
    assert ties(ann) == set()

    affiliate(ann, acme, ends_on=today, by=OPERATOR, via="test")
    assert ties(ann) == {("Acme", "word")}
    for starts, ends in ((3, 2), (0, 99), (5, 5)):
        days = {"starts_on": today + timedelta(days=starts), "ends_on": today + timedelta(days=ends)}
        with pytest.raises(Refused):
            affiliate(ann, acme, by=OPERATOR, via="test", **days)
    assert ann.affiliations.count() == 2


def test_a_word_is_taken_back_and_an_address_is_not():
    acme = company("Acme", "acme.example")
    ann = make.person("Ann", address="ann@acme.example")
    settle_all()
    tie = affiliate(ann, acme, by=OPERATOR, via="test")
    age(tie)

    end_affiliation(Affiliation.objects.get(pk=tie.pk), by=OPERATOR, via="test")

    with pytest.raises(Refused):
        end_affiliation(ann.affiliations.get(proof="address"), by=OPERATOR, via="test")
    assert ties(ann) == {("Acme", "address")}


def test_two_companies_become_one():
    acme, other = company("Acme", "acme.example"), company("Other", "other.example")
    ann = make.person("Ann", address="ann@other.example")
    bob = make.person("Bob")
    settle_all()
    for one in (acme, other):
        affiliate(bob, one, by=OPERATOR, via="test")
    with pytest.raises(Refused):
        merge_organizations(acme, into=acme, by=OPERATOR, via="test")

    merge_organizations(other, into=acme, by=OPERATOR, via="test")

    assert (ties(ann), ties(bob)) == ({("Acme", "address")}, {("Acme", "word")})
    assert set(acme.domains.values_list("domain", flat=True)) == {"acme.example", "other.example"}
    with pytest.raises(Refused):
        forget_organization(acme, by=OPERATOR, via="test")
    forget_organization(other, by=OPERATOR, via="test")
    assert Organization.objects.get() == acme


def test_a_company_is_called_something_else():
    acme = company()
    rename_organization(acme, name="Acme SE", by=OPERATOR, via="test")
    assert Organization.objects.get().name == "Acme SE"
    assert Event.objects.filter(kind="organization.renamed").count() == 1


def test_two_persons_that_become_one_belong_where_both_did_and_nobody_who_left():
    _acme, other = company("Acme", "acme.example"), company("Other")
    ann, twin = make.person("Ann"), make.person("Ann Two", address="ann@acme.example")
    settle_all()
    affiliate(twin, other, by=OPERATOR, via="test")

    merge(twin, into=ann, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert ties(ann) == {("Acme", "address"), ("Other", "word")}

    erase(ann, keep_words=True, by=OPERATOR, via="test")
    drain(SUBSCRIBERS)
    assert not Affiliation.objects.exists()
