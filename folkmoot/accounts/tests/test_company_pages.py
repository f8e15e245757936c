"""Companies, for administrators."""

import pytest

from folkmoot.accounts.models import Affiliation, Organization
from folkmoot.config.subscribers import SUBSCRIBERS
from folkmoot.groups.models import HistoryEntry
from folkmoot.outbox.relay import drain
from tests import make


@pytest.fixture
def root(client):
    person = make.person("Root", administrator=True)
    client.force_login(person)
    return person


def test_only_administrators_find_these_pages(client):
    addresses = ["", "/acme", "/acme/domains", "/acme/people", "/acme/merge", "/acme/remove"]
    addresses = [f"/organizations{one}" for one in addresses] + ["/domains/1/remove", "/affiliations/1/remove"]
    Organization.objects.create(name="Acme", slug="acme")
    for person in (None, make.person("Eve")):
        if person:
            client.force_login(person)
        for address in addresses:
            assert client.post(address, {"name": "Evil"}).status_code in ({404} if person else {302, 405, 404})
    assert Organization.objects.get().name == "Acme"


def test_a_company_is_made_renamed_given_domains_and_people_and_forgotten(client, root):
    ann = make.person("Ann", address="ann@acme.example")
    client.post("/organizations", {"name": "Acme", "domains": "acme.example\nacme.org"})
    drain(SUBSCRIBERS)
    company = Organization.objects.get()
    assert Affiliation.objects.get().person == ann
    assert "acme.org" in client.get("/organizations?q=acme").content.decode()

    client.post("/organizations/acme", {"name": "Acme SE"})
    client.post("/organizations/acme/domains", {"domain": "acme.net"})
    client.post("/organizations/acme/people", {"person": "@root", "starts_on": "2020-01-01"})
    assert set(company.domains.values_list("domain", flat=True)) == {"acme.example", "acme.org", "acme.net"}
    assert set(company.affiliations.values_list("person__name", "proof")) == {("Ann", "address"), ("Root", "word")}
    page = client.get("/organizations/acme").content.decode()
    for words in ("Acme SE", "acme.net", "Root", "by a proven address"):
        assert words in page

    client.post(f"/affiliations/{company.affiliations.get(proof='word').pk}/remove")
    assert company.affiliations.get(proof="word").ends_on is not None
    for domain in company.domains.all():
        client.post(f"/domains/{domain.pk}/remove")
    drain(SUBSCRIBERS)
    client.post("/organizations/acme/remove")
    assert not Organization.objects.exists()
    while drain(SUBSCRIBERS):
        pass
    noted = HistoryEntry.objects.filter(group=None, by=root).values_list("kind", flat=True)
    assert set(noted) == {"organization.made", "organization.renamed", "organization.changed", "organization.removed",
                          "affiliation.begun", "affiliation.ended"}  # fmt: skip


def test_what_is_refused_is_said_in_the_form(client, root):
    client.post("/organizations", {"name": "Acme", "domains": "acme.example"})
    for address, said, words in (
        ("/organizations", {"name": "acme"}, "already"),
        ("/organizations", {"name": "New", "domains": "gmail.com"}, "Anybody can have an address"),
        ("/organizations/acme/domains", {"domain": "acme"}, "is not a domain"),
        ("/organizations/acme/people", {"person": "nobody"}, "Nobody here"),
        (
            "/organizations/acme/people",
            {"person": "root", "starts_on": "2026-02-01", "ends_on": "2026-01-01"},
            "end be",
        ),
        ("/organizations/acme/merge", {"into": "acme"}, "valid choice"),
    ):
        answer = client.post(address, said)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), address
    assert Organization.objects.count() == 1


def test_two_companies_are_made_one(client, root):
    for name in ("Acme", "Other"):
        client.post("/organizations", {"name": name, "domains": f"{name}.example"})

    answer = client.post("/organizations/other/merge", {"into": "acme"})

    assert answer.headers["Location"] == "/organizations/acme"
    assert Organization.objects.get(slug="acme").domains.count() == 2
