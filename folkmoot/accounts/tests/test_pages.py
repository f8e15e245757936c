import pytest
from django.contrib.auth import get_user

from folkmoot.accounts.models import Person
from folkmoot.accounts.operations import make_start_link
from tests import make


def text(response):
    return response.content.decode()


# The first start


def test_who_opens_the_start_link_becomes_administrator_and_founds_next(client):
    token = make_start_link()
    assert client.get(f"/start?token={token}").status_code == 200

    answer = client.post(f"/start?token={token}", {"name": "Ann", "address": "ann@example.org"})

    ann = Person.objects.get()
    assert answer["Location"] == "/groups/new"
    assert ann.is_administrator
    assert get_user(client) == ann
    assert Person.objects.at("ann@example.org") == ann


def test_a_start_link_works_once_and_a_wrong_one_never(client):
    token = make_start_link()
    client.post(f"/start?token={token}", {"name": "Ann", "address": "ann@example.org"})
    client.logout()

    for tried in (token, "wrong", ""):
        answer = client.post(f"/start?token={tried}", {"name": "Eve", "address": "eve@example.org"})
        assert answer.status_code == 410
    assert "opens nothing any more" in text(answer)
    assert [one.name for one in Person.objects.all()] == ["Ann"]


def test_a_half_filled_start_comes_back(client):
    answer = client.post(f"/start?token={make_start_link()}", {"name": "Ann", "address": "nonsense"})

    assert answer.status_code == 422
    assert 'value="Ann"' in text(answer)
    assert not Person.objects.exists()


# Addresses


@pytest.mark.parametrize("addresses", [1, 3])
def test_addresses_are_listed_by_the_same_number_of_questions(client, django_assert_num_queries, addresses):
    ann = make.person("Ann")
    for number in range(1, addresses):
        ann.emailaddress_set.create(email=f"ann{number}@example.org", verified=True)
    client.force_login(ann)

    with django_assert_num_queries(4):
        client.get("/settings/addresses")
