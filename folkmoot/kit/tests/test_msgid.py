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
