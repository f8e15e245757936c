from django.template import Context, Template
from django.utils.translation import override

from folkmoot.web.shelf import Shelf

PART = Template('{% load kept i18n %}{% kept "test" key %}{{ word }}{% endkept %}')


def shown(key, word):
    return PART.render(Context({"key": key, "word": word}))


def test_a_part_is_rendered_once_for_each_key_and_language():
    assert shown("one", "first") == "first"
    assert shown("one", "second") == "first"
    assert shown("two", "<b>") == "&lt;b&gt;"
    with override("de"):
        assert shown("one", "third") == "third"


def test_a_missing_key_is_a_key_of_its_own():
    part = Template('{% load kept %}{% kept "missing" nothing.here %}{{ word }}{% endkept %}')

    assert part.render(Context({"word": "a"})) == "a"
    assert part.render(Context({"word": "b"})) == "a"
    assert part.render(Context({"word": "c", "nothing": {"here": 1}})) == "c"


def test_what_was_not_asked_for_longest_goes_first():
    shelf = Shelf(10, size=len)
    for key in ("a", "b"):
        shelf.keep(key, "12345")
    shelf.take(["a"])

    shelf.keep("c", "123")

    assert shelf.take(["a", "b", "c"]) == ["12345", None, "123"]
    shelf.keep("a", "1")
    shelf.keep("d", "123456")
    assert shelf.take(["a", "c", "d"]) == ["1", "123", "123456"]
