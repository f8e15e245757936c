import re

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from folkmoot.accounts.queries import the_installation
from folkmoot.kit import markdown
from folkmoot.web.strangers import same_for_strangers

TITLES = {"imprint": _("Imprint"), "privacy": _("Privacy"), "terms": _("Terms")}
_HEADING = re.compile(r"(</?h)([3-6])>")


@require_safe
@same_for_strangers
def notice(request: HttpRequest, kind: str) -> HttpResponse:
    """A legal notice, for everybody; one that is empty has no page."""
    text = getattr(the_installation(), kind)
    if not text:
        raise Http404
    context = {"title": TITLES[kind], "html": mark_safe(_under_the_title(markdown.to_html(text)))}
    return render(request, "lobby/installation/notice.html", context)


def _under_the_title(html: str) -> str:
    """Raise headings, so that the highest one, whichever its writer began with, follows the page's own."""
    highest = min((int(level) for _tag, level in _HEADING.findall(html)), default=2)
    return _HEADING.sub(lambda found: f"{found[1]}{int(found[2]) - highest + 2}>", html)
