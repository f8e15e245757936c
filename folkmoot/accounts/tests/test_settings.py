from io import BytesIO

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from folkmoot.accounts.models import Person, ProfileEntry
from folkmoot.accounts.operations import (
    describe,
    end_other_sessions,
    end_session,
    prefer,
    remove_password,
    remove_picture,
    show_picture,
)
from folkmoot.kit.errors import NotAllowed, Refused
from folkmoot.outbox.models import Event
from folkmoot.store import files
from tests import make

PAGES = ["", "/profile", "/addresses", "/security", "/sessions"]


def text(response):
    return response.content.decode()


def png(colour="red"):
    out = BytesIO()
    Image.new("RGB", (500, 300), colour).save(out, "PNG")
    return out.getvalue()


def kinds():
    return [event.kind for event in Event.objects.exclude(kind="person.enrolled").order_by("pk")]


def sign_in(client, person):
    """As a person does: allauth notes the device."""
    client.force_login(person)
    UserSession.objects.create(user=person, ip="::1", session_key=client.session.session_key, user_agent="x")


def seen(entries):
    return [entry.value for entry in entries]


@pytest.mark.parametrize("page", PAGES)
def test_settings_are_for_whom_they_are_of(client, page):
    assert client.get(f"/settings{page}")["Location"].startswith("/account/login/")

    client.force_login(make.person("Ann"))
    assert client.get(f"/settings{page}").status_code == 200


# General


def test_a_person_chooses_language_zone_and_keys(client):
    ann = make.person("Ann")
    client.force_login(ann)

    said = {"name": "Ann Example", "language": "de", "time_zone": "Europe/Berlin"}
    assert client.post("/settings", said)["Location"] == "/settings"

    ann.refresh_from_db()
    assert (ann.name, ann.language, ann.time_zone, ann.has_shortcuts) == ("Ann Example", "de", "Europe/Berlin", False)
    assert kinds() == ["person.renamed", "preferences.changed"]


@pytest.mark.parametrize("wrong", [{"name": ""}, {"language": "tlh"}, {"time_zone": "Mars/Base"}])
def test_what_there_is_not_can_not_be_chosen(client, wrong):
    ann = make.person("Ann")
    client.force_login(ann)

    assert client.post("/settings", {"name": "Anna", **wrong}).status_code == 422

    ann.refresh_from_db()
    assert ann.name == "Ann"


def test_pages_come_in_the_language_one_chose_and_strangers_get_their_browsers(client):
    ann = make.person("Ann")
    prefer(ann, language="de", time_zone="Europe/Berlin", has_shortcuts=True)
    assert 'lang="en"' in text(client.get("/", headers={"accept-language": "en"}))
    assert 'lang="de"' in text(client.get("/", headers={"accept-language": "de"}))

    client.force_login(ann)
    answer = client.get("/settings", headers={"accept-language": "en"})

    assert 'lang="de"' in text(answer)
    assert answer["Content-Language"] == "de"


def test_times_are_in_the_zone_one_chose(client):
    ann = make.person("Ann")
    sign_in(client, ann)
    UserSession.objects.update(created_at="2026-01-02T23:30:00Z")
    assert "2026-01-02T23:30" in text(client.get("/settings/sessions"))

    prefer(ann, language="", time_zone="Asia/Tokyo", has_shortcuts=True)

    assert "2026-01-03T08:30" in text(client.get("/settings/sessions"))


# The picture


def test_a_picture_is_drawn_anew_and_shown_beside_the_name(client):
    ann = make.person("Ann")
    client.force_login(ann)
    assert "<img" not in text(client.get("/settings/profile"))

    client.post("/settings/picture", {"picture": SimpleUploadedFile("me.png", png(), "image/png")})

    ann.refresh_from_db()
    assert f'src="/faces/{ann.picture}"' in text(client.get("/settings/profile"))
    answer = client.get(f"/faces/{ann.picture}")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/webp", "nosniff")
    with Image.open(BytesIO(answer.content)) as drawn:
        assert drawn.size == (256, 256)
    assert kinds() == ["picture.changed"]


def test_what_is_no_picture_is_refused_and_nothing_is_left(client):
    ann = make.person("Ann")
    client.force_login(ann)

    lie = SimpleUploadedFile("me.png", b"<script>alert(1)</script>", "image/png")
    answer = client.post("/settings/picture", {"picture": lie})

    ann.refresh_from_db()
    assert answer.status_code == 422
    assert ann.picture == ""
    assert kinds() == []
    with pytest.raises(Refused):
        show_picture(ann, content=b"GIF89a")


def test_a_picture_goes_again_and_its_address_with_it(client):
    ann = make.person("Ann")
    show_picture(ann, content=png())
    ann.refresh_from_db()
    assert client.get(f"/faces/{ann.picture}").status_code == 200

    remove_picture(ann)
    remove_picture(ann)

    assert client.get(f"/faces/{ann.picture}").status_code == 404
    assert kinds() == ["picture.changed", "picture.changed"]


def test_no_other_kept_file_is_shown_as_a_face(client):
    assert client.get(f"/faces/{files.keep(b'a letter')}").status_code == 404


# The profile


def test_each_entry_is_seen_by_those_it_is_for():
    ann, bob = make.person("Ann"), make.person("Bob")
    audiences = ProfileEntry.Audience
    said = {"place": ("Bochum", audiences.ANYONE), "work": ("builds", audiences.SIGNED_IN)}
    describe(
        ann, said | {"about": ("sings", audiences.FELLOWS), "phone": ("123", audiences.NOBODY), "site": ("", "anyone")}
    )

    mine = ProfileEntry.objects.filter(person=ann).order_by("pk")
    assert seen(mine.visible_to(None, shares_group=True)) == ["Bochum"]
    assert seen(mine.visible_to(bob, shares_group=False)) == ["Bochum", "builds"]
    assert seen(mine.visible_to(bob, shares_group=True)) == ["Bochum", "builds", "sings"]
    assert seen(mine.visible_to(ann, shares_group=False)) == ["Bochum", "builds", "sings", "123"]
    assert kinds() == ["profile.changed"]


def test_a_profile_is_filled_in_and_emptied(client):
    ann = make.person("Ann")
    client.force_login(ann)
    empty = {f"{field}_seen_by": "anyone" for field in ProfileEntry.Field}

    client.post("/settings/profile", {**empty, "site": "https://ann.example", "address": "ann@example.org"})
    assert {(one.field, one.value) for one in ann.profile.all()} == {
        ("site", "https://ann.example"),
        ("address", "ann@example.org"),
    }
    for wrong in ({"site": "javascript:alert(1)"}, {"address": "nonsense"}, {"place": "x" * 300}):
        assert client.post("/settings/profile", {**empty, **wrong}).status_code == 422
    assert ann.profile.count() == 2

    client.post("/settings/profile", empty)
    assert not ann.profile.exists()


# Devices and ways in


def test_one_device_is_signed_out_and_then_all_others(client):
    ann, eve = make.person("Ann"), make.person("Eve")
    here, phone, other, hers = client, Client(), Client(), Client()
    for one in (here, phone, other):
        sign_in(one, ann)
    sign_in(hers, eve)
    by_key = {one.session_key: one.pk for one in UserSession.objects.all()}

    assert here.post(f"/settings/sessions/{by_key[hers.session.session_key]}/remove").status_code == 404
    here.post(f"/settings/sessions/{by_key[phone.session.session_key]}/remove")
    assert get_user(phone).is_anonymous
    assert not get_user(other).is_anonymous

    here.post("/settings/sessions/remove")

    assert get_user(other).is_anonymous
    assert get_user(here) == ann
    assert get_user(hers) == eve
    assert kinds() == ["session.ended", "session.ended"]


def test_nobody_signs_out_somebody_elses_device(client):
    sign_in(client, make.person("Ann"))

    with pytest.raises(NotAllowed):
        end_session(UserSession.objects.get(), by=make.person("Eve"))

    assert not get_user(client).is_anonymous
    assert end_other_sessions(get_user(client), but=client.session.session_key) == 0
    assert kinds() == []


def test_a_device_is_named_in_words(client):
    sign_in(client, make.person("Ann"))
    UserSession.objects.update(user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0")

    assert "Firefox on Linux" in text(client.get("/settings/sessions"))


@pytest.mark.parametrize("devices", [1, 3])
def test_devices_are_listed_by_the_same_number_of_questions(client, django_assert_num_queries, devices):
    ann = make.person("Ann")
    sign_in(client, ann)
    for number in range(1, devices):
        UserSession.objects.create(user=ann, ip="::1", session_key=f"key{number}", user_agent="x")

    with django_assert_num_queries(3):
        client.get("/settings/sessions")


def test_one_may_do_without_a_password_again():
    ann = make.person("Ann")
    ann.set_password("three words here")
    ann.save()

    remove_password(ann)

    assert not Person.objects.get(pk=ann.pk).has_usable_password()
    assert kinds() == ["password.removed"]


def test_before_a_password_goes_one_signs_in_again(client):
    ann = make.person("Ann")
    client.force_login(ann)

    answer = client.post("/settings/password/remove")

    assert answer.status_code == 403
    assert "Sign in once more" in text(answer)
