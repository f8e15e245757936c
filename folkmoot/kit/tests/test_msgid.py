from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.kit import msgid


def test_a_new_id_is_never_the_same_twice_and_names_the_host():
    first, second = msgid.new_message_id("example.org"), msgid.new_message_id("example.org")

    assert first != second
    assert first.endswith("@example.org>")
    assert msgid.clean(first) == first


def test_a_long_id_becomes_a_short_one_that_stays_the_same():
    long = "<" + "x" * 3000 + "@example.org>"

    assert msgid.clean(long) == msgid.clean(long)
    assert len(msgid.clean(long) or "") <= msgid.LONGEST


REAL = [
    "<CAH8yC8kx+=_z%1|2~{3}`'^&*!#$?/@mail.gmail.com>",
    "<1415000.1103022494@[192.168.1.76]>",
    "<x@[IPv6:2001:db8::1]>",
    "<.trouble..with.dots.@x..org.>",
    "<AM6PR04MB" + "5" * 40 + "@AM6PR04MB5447.eurprd04.prod.outlook.com>",
]


@pytest.mark.parametrize("message_id", REAL)
def test_what_real_programs_send_stays_as_it_is(message_id):
    assert msgid.clean(message_id) == message_id


ODD = "<@> <[> <]> <,@x> <(a@b> <a@[> <;> <ü@x> <a@[]]> <a@b@c> <=?utf-8?q?a?=@b> <a@b,> <no-at-sign>".split()


@pytest.mark.parametrize("message_id", ODD)
def test_what_no_program_can_write_again_gets_a_name_that_stays(message_id):
    named = msgid.clean(message_id)

    assert named.endswith("@odd.invalid>")
    assert msgid.clean(message_id) == named == msgid.clean(named)
    assert msgid.ids_in(message_id) == (named,)


def test_two_odd_ids_have_two_names():
    assert len({msgid.clean(each) for each in ODD}) == len(ODD)


def test_ids_are_found_however_programs_write_them():
    assert msgid.ids_in("<a@b> <c@d>") == ("<a@b>", "<c@d>")
    assert msgid.ids_in("<a@b>,<c@d>,\n\t<a@b>") == ("<a@b>", "<c@d>")
    assert msgid.ids_in('Your message of "Mon, 3 Jan" <a@b>') == ("<a@b>",)
    assert msgid.ids_in("a@b, c@d") == ("<a@b>", "<c@d>")
    assert msgid.ids_in("<very-long-\n id@b>") == ("<very-long-id@b>",)
    assert msgid.ids_in("<whole@b> <cut-off@ex") == ("<whole@b>",)
    assert msgid.ids_in("nothing at all") == ()


def test_of_very_many_references_the_root_and_the_nearest_stay():
    ids = tuple(f"<{number}@b>" for number in range(1000))

    found = msgid.ids_in(" ".join(ids))

    assert len(found) == msgid.MOST
    assert found[0] == ids[0]
    assert found[-1] == ids[-1]


@given(st.text())
def test_any_text_gives_clean_ids_without_doubles(text):
    found = msgid.ids_in(text)

    assert len(set(found)) == len(found)
    assert all(msgid.clean(each) == each and len(each) <= msgid.LONGEST for each in found)


@given(st.lists(st.from_regex(r"[a-z0-9.$-]{1,40}@[a-z0-9.-]{1,40}", fullmatch=True), unique=True, max_size=60))
def test_all_ids_of_a_well_made_field_are_found_in_order(names):
    ids = tuple(f"<{name}>" for name in names)

    assert msgid.ids_in("\r\n ".join(ids)) == ids


NEARLY_IDS = st.text(alphabet=st.sampled_from('ab1.@@[]()<>,;:"\\=?_- \tü\u200b!#'), max_size=40).map(
    lambda inner: f"<{inner}>"
)
LONG_IDS = st.tuples(st.integers(1, 240), st.integers(1, 240)).map(lambda size: f"<{'a' * size[0]}@{'b.' * size[1]}>")


@given(
    st.lists(
        st.one_of(NEARLY_IDS, LONG_IDS, st.text()).map(msgid.clean).filter(bool), min_size=1, max_size=5, unique=True
    )
)
def test_a_cleaned_id_can_be_written_and_read_again(ids):
    letter = EmailMessage(policy=policy.SMTP)
    letter["Message-ID"] = letter["In-Reply-To"] = ids[0]
    letter["References"] = " ".join(ids)

    again = message_from_bytes(letter.as_bytes(), policy=policy.SMTP)

    assert again["Message-ID"].strip() == again["In-Reply-To"].strip() == ids[0]
    assert msgid.ids_in(again["References"]) == tuple(ids)
