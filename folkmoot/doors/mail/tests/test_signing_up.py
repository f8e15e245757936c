"""Making an account: what keeps programs away and lets people through."""

from hashlib import sha256
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from folkmoot.accounts import puzzles
from folkmoot.accounts.models import OPERATOR, Person
from folkmoot.accounts.operations import change_installation
from folkmoot.doors.mail.models import OutgoingLetter
from folkmoot.doors.mail.tests.at_the_door import send
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import close_link, invite, make_link
from tests import make

HERE, THERE = "127.0.0.1", "203.0.113.9"


def text(response):
    return response.content.decode()


def solved(address=HERE):
    puzzle = puzzles.issue(address)
    return {"puzzle": puzzle.token, "answer": answer_to(puzzle)}


def answer_to(puzzle):
    number = 0
    while int.from_bytes(sha256(f"{puzzle.salt}:{number}".encode()).digest()) >> (256 - puzzle.bits):
        number += 1
    return str(number)


@pytest.fixture(autouse=True)
def easy(monkeypatch):
    """Python is a slow browser."""
    monkeypatch.setattr(puzzles, "EASIEST", 4)
    monkeypatch.setattr(puzzles, "HARDEST", 10)


def sign_up(number, *, address=HERE, **more):
    form = {"name": f"P {number}", "email": f"p{number}@example.org"} | more
    return Client(REMOTE_ADDR=address).post("/account/signup/", form)


def people():
    return set(Person.objects.values_list("name", flat=True))


def test_a_page_brings_a_puzzle_along_that_says_how_hard_it_is(client):
    page = text(client.get("/account/signup/"))

    assert 'bits="4"' in page
    assert "hash-worker.js" in page
    assert "Without JavaScript this works, too" in page


def test_with_a_solved_puzzle_more_accounts_are_made_than_without():
    answers = [sign_up(number, **solved()) for number in range(6)]

    assert {answer.status_code for answer in answers} == {302}
    assert len(people()) == 6


def test_without_scripts_three_accounts_an_hour_are_made_and_the_fourth_is_told_how_to_go_on():
    answers = [sign_up(number) for number in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert "Without JavaScript three accounts an hour" in text(answers[-1])
    assert people() == {"P 0", "P 1", "P 2"}
    assert sign_up(5, address=THERE).status_code == 302
    assert sign_up(6, **solved()).status_code == 302


@pytest.mark.parametrize(
    ("network", "elsewhere"), [("198.51.100.{}", "198.51.101.1"), ("2001:db8:7:{}::1", "2001:db8:8::1")]
)
def test_whoever_changes_addresses_within_their_network_makes_no_more_without_scripts(network, elsewhere):
    answers = [sign_up(number, address=network.format(number + 1)) for number in range(4)]

    assert [answer.status_code for answer in answers] == [302, 302, 302, 200]
    assert sign_up(5, address=elsewhere).status_code == 302
    assert people() == {"P 0", "P 1", "P 2", "P 5"}


def test_a_puzzle_is_good_once():
    once = solved()
    sign_up(1, **once)

    again = sign_up(2, **once)

    assert "Send it again" in text(again)
    assert people() == {"P 1"}


@pytest.mark.parametrize("forged", ["x", "abc.4:1:x", "abc.0", ""])
def test_a_puzzle_that_is_not_ours_makes_no_account(forged):
    answer = sign_up(1, puzzle=forged, answer="1")

    assert "Send it again" in text(answer)
    assert people() == set()


def test_a_wrong_answer_is_none(client):
    puzzle = puzzles.issue(HERE)
    wrong = next(n for n in range(100) if not puzzles._is_right(puzzle, str(n)))

    assert puzzles.redeem(puzzle.token, str(wrong), address=HERE) == "unsolved"
    assert puzzles.redeem(puzzle.token, answer_to(puzzle), address=HERE) == "solved"
    assert puzzles.redeem(puzzle.token, answer_to(puzzle), address=HERE) == "stale"


def test_a_puzzle_becomes_harder_with_the_accounts_of_a_network_and_an_easy_one_from_before_is_no_good():
    first = solved()
    for _number in range(15):
        puzzles.count(HERE)

    assert [puzzles.bits_for(one) for one in (HERE, "127.0.0.77", THERE, "nonsense")] == [8, 8, 4, 4]
    assert puzzles.redeem(first["puzzle"], first["answer"], address=HERE) == "stale"
    for _number in range(1000):
        puzzles.count("2001:db8:1::1")
    assert puzzles.bits_for("2001:db8:1:ffff::2") == 10
    assert puzzles.bits_for("2001:db8:2::1") == 4


def test_of_accounts_that_are_asked_for_at_once_each_counts(transactional_db):
    begin = Barrier(7)

    def ask():
        begin.wait()
        puzzles.count(HERE)
        connection.close()

    threads = [Thread(target=ask) for _number in range(7)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]

    bits = puzzles.bits_for(HERE)
    cache.clear()  # no transaction takes it back
    assert bits == puzzles.EASIEST + 3  # eight with the one that is to come


def test_a_puzzle_of_yesterday_is_asked_for_anew(monkeypatch):
    kept = solved()
    monkeypatch.setattr(puzzles, "LASTS", -1)

    assert "Send it again" in text(sign_up(1, **kept))
    assert people() == set()


def test_whoever_fills_in_what_nobody_sees_gets_the_usual_page_and_no_account():
    answer = sign_up(1, homepage="https://spam.example", **solved())

    assert answer.status_code == 302
    assert people() == set()
    assert not OutgoingLetter.objects.exists()


def test_even_with_solved_puzzles_a_network_comes_to_an_end():
    answers = [sign_up(number, **solved()) for number in range(21)]

    assert answers[-1].status_code == 429
    assert "That was too often" in text(answers[-1])
    assert len(people()) == 20


# Whom administrators let in


def test_where_nobody_may_sign_up_the_page_says_so(client):
    change_installation(sign_up="closed", by=OPERATOR, via="test")

    assert "No new accounts are made here" in text(client.get("/account/signup/"))
    assert "No new accounts are made here" in text(sign_up(1, **solved()))
    assert people() == set()


def test_where_only_the_invited_may_others_get_the_same_page_and_a_letter():
    group = make.group(make.person("Ann"))
    invite(group, address="p1@example.org", by=group.memberships.get(person__name="Olga").person, via="test")
    change_installation(sign_up="invited", by=OPERATOR, via="test")
    before = people()

    answers = [sign_up(number, **solved()) for number in (1, 2)]

    assert people() - before == {"P 1"}
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    letters = OutgoingLetter.objects.filter(kind__startswith="account")
    assert set(letters.values_list("kind", "recipient")) == {
        ("account_email_confirmation", "p1@example.org"),
        ("account_not_invited", "p2@example.org"),
    }


def test_where_only_the_invited_may_an_invitation_link_invites():
    group = make.group(make.person("Ann"))
    olga = group.memberships.get(person__name="Olga").person
    link, work = (make_link(group, domain=one, by=olga, via="test") for one in ("", "work.example"))
    closed = make_link(group, by=olga, via="test")
    close_link(closed, by=olga, via="test")
    change_installation(sign_up="invited", by=OPERATOR, via="test")
    before = people()

    sign_up(1, next=f"/join/{link.token}", **solved())
    sign_up(2, next=f"/join/{closed.token}", **solved())
    sign_up(3, next=f"/join/{work.token}", **solved())
    sign_up(4, next=f"/join/{work.token}", email="p4@work.example", **solved())
    sign_up(5, next="/join/nothing", **solved())

    assert people() - before == {"P 1", "P 4"}


@pytest.mark.parametrize("policy", ["invited", "closed"])
def test_whoever_only_writes_letters_joins_and_writes_whatever_the_policy_is(policy):
    make.group()
    change_installation(sign_up=policy, founding="staff", by=OPERATOR, via="test")

    send("tarn+join@localhost", sender="Zoe <zoe@example.org>")
    question = bytes(OutgoingLetter.objects.get(kind="confirm_join").raw).decode()
    token = question.split("tarn+confirm-")[1].split("@")[0]
    send(f"tarn+confirm-{token}@localhost", sender="Zoe <zoe@example.org>", message_id="<two@example.org>")
    posted = send(sender="Zoe <zoe@example.org>", message_id="<three@example.org>")

    assert Membership.objects.current().filter(person__name="Zoe").exists()
    assert posted.outcome == "done"


def test_an_account_that_was_there_before_signs_in_whatever_the_policy_is(client):
    make.person("Ann")
    change_installation(sign_up="closed", by=OPERATOR, via="test")

    client.post("/account/login/", {"login": "ann@example.org"})

    assert OutgoingLetter.objects.filter(kind="account_login_code", recipient="ann@example.org").exists()
