"""{% kept "name" key … %}…{% endkept %}: a part of a page that is rendered once for each set of keys."""

from django import template
from django.conf import settings
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from folkmoot.web.shelf import Shelf

register = template.Library()

MOST = 4_000_000  # characters kept by one process
_parts: Shelf[str] = Shelf(MOST, size=len)


class Kept(template.Node):
    """What stands between the tags, from the shelf where it can be."""

    def __init__(self, nodelist: NodeList, keys: list[FilterExpression]) -> None:
        self.nodelist, self.keys = nodelist, keys

    def render(self, context: template.Context) -> SafeString:
        key = (get_language(), *[str(one.resolve(context, ignore_failures=True)) for one in self.keys])
        [text] = _parts.take([key])
        if text is None:
            text = self.nodelist.render(context)
            if not settings.DEBUG:  # there the templates themselves change
                _parts.keep(key, text)
        return mark_safe(text)  # rendered by a template just as any other part


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """Keep a part of a page as text.

    The keys name all that it shows and all it depends on, beside the language: what is left out of them is shown to
    the next reader as it was for the first. Nothing personal without the person among them, and never a CSRF token.
    """
    _name, *keys = token.split_contents()
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodelist, [parser.compile_filter(one) for one in keys])
