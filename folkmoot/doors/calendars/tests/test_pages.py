import re

import pytest

from folkmoot.doors.calendars.models import CalendarKey
from folkmoot.doors.calendars.operations import make_key
from tests import make


@pytest.fixture
def ann():
    return make.person("Ann")


def text(answer):
    return answer.content.decode()


def test_the_page_makes_an_address_shows_it_once_and_stops_it(client, ann):
    make.group(ann)
    client.force_login(ann)
    assert "No secret address yet" in text(client.get("/settings/calendars"))

    made = client.post("/settings/calendars/keys", {"name": "Phone"})

    [secret] = set(re.findall(r"webcal://localhost:8000/calendars/([\w-]+)\.ics", text(made)))
    assert f"webcal://localhost:8000/calendars/{secret}/tarn.ics" in text(made)
    assert made.headers["Cache-Control"] == "no-store"
    assert client.get(f"/calendars/{secret}.ics").status_code == 200
    again = text(client.get("/settings/calendars"))
    assert "Phone" in again
    assert secret not in again

    client.post(f"/settings/calendars/keys/{CalendarKey.objects.get().pk}/remove")
    assert client.get(f"/calendars/{secret}.ics").status_code == 404


def test_a_key_without_a_name_comes_back_with_words(client, ann):
    client.force_login(ann)

    answer = client.post("/settings/calendars/keys", {"name": " "})

    assert answer.status_code == 422
    assert "which program" in text(answer)
    assert not CalendarKey.objects.exists()


def test_anothers_key_is_not_there(client, ann):
    key, _secret = make_key(ann, name="Phone")
    client.force_login(make.person("Eve"))

    assert client.post(f"/settings/calendars/keys/{key.pk}/remove").status_code == 404
    assert "Phone" not in text(client.get("/settings/calendars"))
    assert CalendarKey.objects.get() == key


def test_a_stranger_has_no_such_page(client):
    assert client.get("/settings/calendars").status_code == client.post("/settings/calendars/keys").status_code == 302
