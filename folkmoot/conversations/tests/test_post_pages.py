import json
import re

import pytest
from django.utils.timezone import now

from folkmoot.conversations.models import Post, Reaction, Topic
from folkmoot.conversations.operations import edit, prepare_files, react, reply, take_back
from folkmoot.groups.models import Group
from tests import make


def text(response):
    return response.content.decode()


@pytest.fixture
def ann():
    return make.person("Ann")


@pytest.fixture
def bob():
    return make.person("Bob")


@pytest.fixture
def tarn(ann, bob):
    return make.group(ann, bob)


@pytest.fixture
def topic(tarn):
    return make.topic(tarn)


@pytest.fixture
def post(topic, ann):
    return make.post(topic, author=ann, body="Old *words*.")


def owner_of(post):
    return post.channel.group.memberships.order_by("pk")[0].person


def page_of(client, post):
    return text(client.get(post.topic.get_absolute_url()))


def article(page, post):
    return re.search(rf'<article [^>]*id="post-{post.pk}".*?</article>', page, re.S)[0]


WRITES = ["edit", "remove", "restore", "reactions/thanks", "reactions/thanks/remove"]
PAGES = ["", "/reply", "/actions", "/history"]


@pytest.mark.parametrize("tail", PAGES)
def test_the_pages_of_a_post_one_may_not_read_are_not_there(client, ann, bob, tail):
    hidden = make.topic(make.group(ann, slug="hidden", visibility=Group.Visibility.HIDDEN)).posts.get()
    assert client.get(f"/posts/{hidden.pk}{tail}").status_code == 404
    assert client.get(f"/posts/999999{tail}").status_code == 404

    client.force_login(bob)
    assert client.get(f"/posts/{hidden.pk}{tail}").status_code == 404

    client.force_login(ann)
    assert client.get(f"/posts/{hidden.pk}{tail}").status_code in {200, 302}


@pytest.mark.parametrize("tail", WRITES)
def test_nothing_is_done_to_a_post_one_may_not_read_or_without_signing_in(client, ann, bob, tail):
    hidden = make.topic(make.group(ann, slug="hidden", visibility=Group.Visibility.HIDDEN)).posts.get()
    assert client.post(f"/posts/{hidden.pk}/{tail}", {"body": "x"}).headers["Location"].startswith("/account/login/")

    client.force_login(bob)

    assert client.post(f"/posts/{hidden.pk}/{tail}", {"body": "x"}).status_code == 404
    assert Post.objects.get(pk=hidden.pk).version == hidden.version


# What a post shows


def test_a_reader_who_hears_a_post_hears_who_to_whom_by_which_door_when_and_then_what(client, topic, ann):
    post = make.post(topic, author=ann, body="The words.", via="mail")
    Post.objects.filter(pk=post.pk).update(answers=topic.posts.first(), version=2)

    said = article(page_of(client, post), post)

    order = [">Ann<", ">to Olga<", ">by mail<", "<time ", "The words."]
    assert [said.index(one) for one in order] == sorted(said.index(one) for one in order)
    assert f'aria-labelledby="by-{post.pk}"' in said


def test_who_may_write_gets_buttons_and_who_may_not_only_sees_counts(client, post, ann, bob):
    react(post, "works", by=bob, via="web")
    stranger = article(page_of(client, post), post)
    client.force_login(bob)
    member = article(page_of(client, post), post)

    assert "<button" not in stranger
    assert "Works for me <b>1</b>" in stranger
    assert f'form="act" formaction="/posts/{post.pk}/reactions/works"' in member
    assert f'href="/posts/{post.pk}/reply"' in member
    assert f'href="/posts/{post.pk}/actions"' in member
    assert "csrf" not in member


def test_what_is_mine_stands_beside_the_posts_and_not_in_them(client, post, ann, bob):
    react(post, "works", by=bob, via="web")
    for person, mine in (
        (bob, {"reactions": {str(post.pk): ["works"]}, "own": []}),
        (ann, {"reactions": {}, "own": [post.pk]}),
    ):
        client.force_login(person)
        page = page_of(client, post)
        found = re.search(r'<script id="mine" type="application/json">(.*?)</script>', page)[1]
        assert json.loads(found) == mine
    client.logout()
    assert 'id="mine"' not in page_of(client, post)


def test_a_changed_post_says_so_and_leads_to_its_past(client, post, ann):
    edit(post, by=ann, body="New words.", via="web")

    said = article(page_of(client, post), post)

    assert "changed " in said
    assert f'href="/posts/{post.pk}/history"' in said
    past = text(client.get(f"/posts/{post.pk}/history"))
    assert "<del>Old</del><ins>New</ins> <del>*</del>words<del>*</del>." in past
    assert past.index("<ins>New") < past.index("Old *words*.")


def test_of_a_post_taken_back_only_its_place_is_left(client, post, ann, topic):
    with_file = reply(topic, author=ann, body="See.", via="web", files=prepare_files([("plan.txt", b"x")]))
    address = with_file.attachments.get().get_absolute_url()
    edit(post, by=ann, body="New words.", via="web")
    assert client.get(address).status_code == 200

    take_back(post, by=ann, via="web")
    take_back(with_file, by=owner_of(post), via="web")

    page = page_of(client, post)
    assert "Taken back by its author" in article(page, post)
    assert "Taken back by a moderator" in article(page, with_file)
    for hidden in ("New words", "Old", "plan.txt"):
        assert hidden not in page
    assert client.get(address).status_code == 404
    assert client.get(f"/posts/{post.pk}/history").status_code == 404
    for who in (None, ann):
        client.logout() if who is None else client.force_login(who)
        assert "New words" not in text(client.get(f"/posts/{post.pk}/actions"))
    client.force_login(owner_of(post))
    assert "New words" in text(client.get(f"/posts/{post.pk}/actions"))
    assert client.get(f"/posts/{post.pk}/history").status_code == 200


def test_the_words_of_a_past_stay_words(client, post, ann):
    edit(post, by=ann, body="<script>alert(1)</script>", via="web")

    assert "<script>alert" not in text(client.get(f"/posts/{post.pk}/history"))


# Its own page


def test_everybody_finds_on_its_page_what_they_may_do(client, post, ann, bob):
    edit(post, by=ann, body="New words.", via="web")
    react(post, "thanks", by=bob, via="web")
    for person, may in (
        (None, {"history"}),
        (bob, {"history", "reply", "report", "reactions/thanks/remove", "reactions/works"}),
        (ann, {"history", "reply", "edit", "remove"}),
        (owner_of(post), {"history", "reply", "report", "edit", "remove", "reactions/thanks", "reactions/works"}),
    ):
        client.logout() if person is None else client.force_login(person)
        page = text(client.get(f"/posts/{post.pk}/actions"))
        found = set(re.findall(rf'(?:href|action)="/posts/{post.pk}/([\w/]+)"', page))
        found -= {"reactions/same", "reactions/helpful"}
        assert found == may, person
        assert "Bob" in page


def test_everything_is_done_without_javascript(client, post, ann, bob):
    client.force_login(bob)
    assert client.post(f"/posts/{post.pk}/reactions/thanks").status_code == 302
    assert Reaction.objects.get().person == bob
    assert client.post(f"/posts/{post.pk}/reactions/thanks/remove").headers["Location"].endswith(f"#post-{post.pk}")
    assert not Reaction.objects.exists()

    client.force_login(ann)
    client.post(f"/posts/{post.pk}/remove")
    assert f'action="/posts/{post.pk}/restore"' in page_of(client, post)  # undo
    assert Post.objects.get(pk=post.pk).removed_at
    client.post(f"/posts/{post.pk}/restore")
    assert Post.objects.get(pk=post.pk).removed_at is None


def test_a_script_gets_the_post_as_it_looks_now(client, post, bob):
    client.force_login(bob)

    answer = client.post(f"/posts/{post.pk}/reactions/thanks", headers={"HX-Request": "true"})

    assert text(answer).strip().startswith("<article")
    assert "Thank you <b>1</b>" in text(answer)


@pytest.mark.parametrize("tail", [one for one in WRITES if one != "edit"])
def test_reading_an_address_for_acting_does_nothing(client, post, ann, tail):
    client.force_login(ann)

    assert client.get(f"/posts/{post.pk}/{tail}").status_code == 405


def test_a_refusal_is_said_in_words(client, post, bob):
    client.force_login(bob)

    assert client.post(f"/posts/{post.pk}/remove").status_code == 403
    assert client.post(f"/posts/{post.pk}/reactions/boo").status_code == 422


# Changing


def test_a_post_is_changed_on_its_page(client, post, ann):
    client.force_login(ann)
    assert "Old *words*." in text(client.get(f"/posts/{post.pk}/edit"))

    answer = client.post(f"/posts/{post.pk}/edit", {"body": "New words."})

    assert answer.headers["Location"].endswith(f"#post-{post.pk}")
    assert Post.objects.get(pk=post.pk).body == "New words."


def test_a_change_is_previewed_and_an_empty_one_comes_back(client, post, ann):
    client.force_login(ann)

    shown = client.post(f"/posts/{post.pk}/edit", {"body": "*New*", "preview": "1"})
    empty = client.post(f"/posts/{post.pk}/edit", {"body": " "})

    assert "<em>New</em>" in text(shown)
    assert "*New*</textarea>" in text(shown)
    assert empty.status_code == 422
    assert Post.objects.get(pk=post.pk).body == "Old *words*."


def test_who_may_not_change_a_post_finds_no_such_page(client, post, bob):
    client.force_login(bob)

    assert client.get(f"/posts/{post.pk}/edit").status_code == 404
    assert client.post(f"/posts/{post.pk}/edit", {"body": "x"}).status_code == 404


# Answering one


def test_reply_leads_to_the_box_which_then_answers_this_post(client, post, bob):
    client.force_login(bob)

    box = text(client.get(f"/posts/{post.pk}/reply", follow=True))
    assert f'name="answers" value="{post.pk}" checked' in box
    assert "to <bdi>Ann</bdi>" in box
    client.post(f"/topics/{post.topic_id}/replies", {"body": "Yes.", "answers": post.pk})

    assert Post.objects.latest("pk").answers == post


def test_quote_puts_the_words_and_whose_they_are_into_the_box(client, topic, ann, bob):
    post = make.post(topic, author=ann, body="> older\n\nMine <b>\n\nand mine.")
    client.force_login(bob)

    box = text(client.get(f"/posts/{post.pk}/reply?quote=1", follow=True))

    assert "Ann wrote:\n\n&gt; Mine &lt;b&gt;\n&gt;\n&gt; and mine.\n\n</textarea>" in box


@pytest.mark.parametrize("number", ["x", "9" * 30, "0", "-1"])
def test_an_answer_to_nothing_is_an_answer_to_all(client, topic, bob, number):
    client.force_login(bob)
    client.post(f"/topics/{topic.pk}/replies", {"body": "Yes.", "answers": number})

    assert Post.objects.latest("pk").answers is None


def test_nobody_answers_a_post_of_another_conversation(client, topic, ann, bob):
    elsewhere = make.topic(make.group(ann, slug="hidden", visibility=Group.Visibility.HIDDEN)).posts.get()
    client.force_login(bob)

    client.post(f"/topics/{topic.pk}/replies", {"body": "Yes.", "answers": elsewhere.pk})

    assert Post.objects.latest("pk").answers is None
    assert "answers" not in text(client.get(f"{topic.get_absolute_url()}?answers={elsewhere.pk}"))


def test_in_a_closed_conversation_nobody_is_asked_to_reply(client, post, bob):
    Topic.objects.update(locked_at=now())
    client.force_login(bob)

    assert f"/posts/{post.pk}/reply" not in text(client.get(f"/posts/{post.pk}/actions"))


# Counting questions


@pytest.mark.parametrize("reactions", [1, 3])
def test_the_page_of_a_post_asks_the_same_for_any_number_of_reactions(
    client, post, bob, django_assert_num_queries, reactions
):
    for number in range(reactions):
        someone = make.person(f"P{number}")
        make.join(post.channel.group, someone)
        react(post, "thanks", by=someone, via="web")
    client.force_login(bob)
    client.get(f"/posts/{post.pk}/actions")

    with django_assert_num_queries(11):
        client.get(f"/posts/{post.pk}/actions")


@pytest.mark.parametrize("times", [1, 3])
def test_a_past_of_any_length_asks_the_same(client, post, ann, django_assert_num_queries, times):
    for number in range(times):
        edit(post, by=ann, body=f"Words {number}.", via="web")
    client.force_login(ann)
    client.get(f"/posts/{post.pk}/history")

    with django_assert_num_queries(5):
        client.get(f"/posts/{post.pk}/history")
