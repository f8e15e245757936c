import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from folkmoot.conversations.models import Attachment, Channel, Draft, Post, Topic, Upload
from folkmoot.conversations.operations import keep_draft, reply
from folkmoot.groups.models import Group
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.FILES = tmp_path / "files"


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def topic(ann):
    return make.topic(make.group(ann))


def png(**more):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG", **more)
    return SimpleUploadedFile("graph [1].png", out.getvalue())


def moving():
    out = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), shade) for shade in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return SimpleUploadedFile("dance.gif", out.getvalue())


# Preview


def test_a_reply_is_previewed_without_javascript_and_nothing_is_posted(client, topic, ann):
    client.force_login(ann)

    page = text(client.post(f"/topics/{topic.pk}/replies", {"body": "Hi *all*", "preview": "1", "once": "k1"}))

    assert "Hi <em>all</em>" in page
    assert "Hi *all*</textarea>" in page
    assert 'name="once" value="k1"' in page
    assert topic.posts.count() == 1


def test_a_new_conversation_is_previewed_too(client, topic, ann):
    client.force_login(ann)

    page = text(client.post("/g/tarn/topics/new", {"title": "Cake", "body": "*Who?*", "preview": "1"}))

    assert "<em>Who?</em>" in page
    assert 'value="Cake"' in page
    assert Topic.objects.count() == 1


def test_a_preview_is_safe_and_only_for_the_signed_in(client, ann):
    assert client.post("/preview", {"body": "x"}).status_code == 302
    client.force_login(ann)

    page = text(client.post("/preview", {"body": "*Hi* <script>alert(1)</script>"}))

    assert "<em>Hi</em>" in page
    assert "<script" not in page
    assert client.post("/preview", {"body": "x" * 200_001}).status_code == 422


# A double click, a lost session


def test_a_double_click_makes_one_post(client, topic, ann):
    client.force_login(ann)

    first, again = (client.post(f"/topics/{topic.pk}/replies", {"body": "Hi", "once": "k1"}) for _click in range(2))

    assert first.headers["Location"] == again.headers["Location"]
    assert topic.posts.count() == 2


def test_what_was_sent_when_the_session_was_over_stands_in_the_box_after_sign_in(client, topic, ann):
    sent = client.post(f"/topics/{topic.pk}/replies", {"body": "A long reply."})
    assert sent.headers["Location"] == f"/account/login/?next=/topics/{topic.pk}/reply"

    client.force_login(ann)
    page = text(client.get(f"/topics/{topic.pk}/reply", follow=True))

    assert "A long reply.</textarea>" in page
    assert topic.posts.count() == 1
    assert "A long reply." not in text(client.get(topic.get_absolute_url()))


def test_a_conversation_begun_without_a_session_is_not_lost_either(client, topic, ann):
    client.post("/g/tarn/topics/new", {"title": "Cake", "body": "Who brings some?"})
    client.force_login(ann)

    page = text(client.get("/g/tarn/topics/new"))

    assert 'value="Cake"' in page
    assert "Who brings some?</textarea>" in page


# Files


def test_files_come_with_a_reply_and_a_new_conversation(client, topic, ann):
    client.force_login(ann)

    client.post(f"/topics/{topic.pk}/replies", {"body": "See.", "files": [png(), SimpleUploadedFile("a.txt", b"a")]})
    client.post("/g/tarn/topics/new", {"title": "T", "body": "See.", "files": [png()]})

    assert sorted(Attachment.objects.values_list("name", flat=True)) == ["a.txt", "graph [1].png", "graph [1].png"]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (moving, "moves"),
        (lambda: SimpleUploadedFile("x.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40), "damaged"),
        (lambda: SimpleUploadedFile("x.bin", b"x" * (10 * 1024**2 + 1)), "too large"),
        (lambda: SimpleUploadedFile("x.txt", b""), "empty"),
    ],
)
def test_a_file_that_can_not_come_is_said_and_what_was_written_stays(client, topic, ann, sent, words):
    client.force_login(ann)

    answer = client.post(f"/topics/{topic.pk}/replies", {"body": "My long text.", "files": [sent(), png()]})

    assert answer.status_code == 422
    assert words in text(answer)
    assert "My long text.</textarea>" in text(answer)
    assert topic.posts.count() == 1
    assert not Attachment.objects.exists()


def test_a_picture_sent_ahead_is_its_owners_until_a_post_has_it(client, topic, ann):
    client.force_login(ann)
    answer = client.post("/uploads", {"file": png()})
    assert answer.status_code == 201
    markdown = answer.json()["markdown"]
    assert markdown.startswith("![graph (1).png](/files/")
    address = markdown.partition("](")[2][:-1]
    assert client.get(address).status_code == 200

    client.force_login(make.person("Eve"))
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 404

    reply(topic, author=ann, body=markdown, via="web")

    assert client.get(address).status_code == 200
    assert not Upload.objects.exists()


def test_what_can_not_be_sent_ahead_is_said(client, ann):
    assert client.post("/uploads", {"file": png()}).status_code == 302
    client.force_login(ann)

    answers = [
        client.post("/uploads", sent) for sent in ({"file": moving()}, {}, {"file": SimpleUploadedFile("e", b"")})
    ]

    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert "moves" in answers[0].json()["error"]
    assert not Upload.objects.exists()


# Drafts


def test_a_draft_is_kept_and_stands_in_its_box_on_another_machine(client, topic, ann):
    assert client.post(f"/drafts/topic-{topic.pk}", {"body": "Half"}).status_code == 302
    client.force_login(ann)

    assert client.post(f"/drafts/topic-{topic.pk}", {"body": "Half a thought"}).status_code == 204

    assert "Half a thought</textarea>" in text(client.get(topic.get_absolute_url()))
    client.post(f"/topics/{topic.pk}/replies", {"body": "Half a thought"})
    assert not Draft.objects.exists()


def test_a_draft_and_a_quote_stand_in_the_box_together(client, topic, ann):
    keep_draft(ann, f"topic-{topic.pk}", body="Half")
    client.force_login(ann)

    page = text(client.get(f"/posts/{topic.posts.get().pk}/reply?quote=1", follow=True))

    assert "Half\n\nOlga wrote:" in page


def test_my_drafts_lead_to_their_boxes_and_nobody_elses_are_there(client, topic, ann):
    post = make.post(topic, author=ann)
    hidden = make.topic(make.group(slug="hidden", owner=make.person("Olaf"), visibility=Group.Visibility.HIDDEN))
    for key in (f"topic-{topic.pk}", "new-tarn", f"post-{post.pk}", f"topic-{hidden.pk}"):
        keep_draft(ann, key, body=f"words of {key}")
    keep_draft(make.person("Eve"), f"topic-{topic.pk}", body="Secret")
    assert client.get("/drafts").status_code == 302
    client.force_login(ann)

    page = text(client.get("/drafts"))

    for address in (f"/topics/{topic.pk}/reply", "/g/tarn/topics/new", f"/posts/{post.pk}/edit"):
        assert f'href="{address}"' in page
    assert f"/topics/{hidden.pk}/" not in page
    assert f"words of topic-{hidden.pk}" in page
    assert "Secret" not in page


def test_a_draft_is_thrown_away_and_taken_back(client, topic, ann):
    keep_draft(ann, "new-tarn", body="Half")
    client.force_login(ann)

    page = text(client.post("/drafts/new-tarn/remove", follow=True))
    assert "Nothing begun" in page
    assert 'action="/drafts/new-tarn/restore"' in page  # undo
    assert "Half" not in text(client.get("/g/tarn/topics/new"))

    assert "Half" in text(client.post("/drafts/new-tarn/restore", follow=True))
    assert client.post("/drafts/topic-1/remove").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_a_list_of_drafts_asks_the_same_for_any_length(client, topic, ann, django_assert_num_queries, rows):
    for number in range(rows):
        keep_draft(ann, f"topic-{make.topic(topic.channel.group, title=f'T{number}').pk}", body="x")
    keep_draft(ann, "new-tarn", body="x")
    keep_draft(ann, f"post-{Post.objects.first().pk}", body="x")
    client.force_login(ann)

    with django_assert_num_queries(6):
        client.get("/drafts")


# Names


def test_members_are_offered_by_how_they_begin(client, ann):
    make.group(ann, make.person("Annika Berg"), make.person("Bob Anders"), make.person("Cleo"))
    client.force_login(ann)

    found = client.get("/g/tarn/people.json?q=an").json()["people"]

    assert [one["name"] for one in found] == ["Ann", "Annika Berg", "Bob Anders"]
    assert client.get("/g/tarn/people.json?q=").json() == {"people": []}


def test_who_may_not_see_members_is_offered_none(client, ann):
    make.group(ann)
    assert client.get("/g/tarn/people.json?q=an").status_code == 302

    client.force_login(make.person("Eve"))

    assert client.get("/g/tarn/people.json?q=an").status_code == 404


def test_a_preview_forgets_neither_that_it_is_said_without_a_name_nor_when(client, topic, ann):
    Channel.objects.update(allows_anonymous=True)
    client.force_login(ann)

    page = text(
        client.post(
            f"/topics/{topic.pk}/replies",
            {"body": "Hush", "is_anonymous": "on", "due_at": "2999-01-01T10:00", "preview": "1"},
        )
    )

    assert 'name="is_anonymous" checked' in page
    assert "2999-01-01T10:00" in page


def test_a_quote_of_somebody_without_a_name_names_nobody(client, topic, ann):
    Channel.objects.update(allows_anonymous=True)
    post = reply(topic, author=topic.posts.get().author, body="Hush", via="web", is_anonymous=True)
    client.force_login(ann)

    page = text(client.get(f"/posts/{post.pk}/reply?quote=1", follow=True))

    assert "A member wrote:" in page
    assert "to <bdi>A member</bdi>" in page


def test_what_is_sent_later_can_bring_no_files(client, topic, ann):
    client.force_login(ann)

    sent = {"body": "Later", "due_at": "2999-01-01T10:00", "files": [png()]}
    answer = client.post(f"/topics/{topic.pk}/replies", sent)

    assert answer.status_code == 422
    assert "can have no files yet" in text(answer)
