"""What programs ask that list pages: where they may go, and what there is that anyone may read."""

from collections.abc import Iterator

from django.conf import settings
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.templatetags.static import static
from django.utils.html import escape
from django.views.decorators.http import require_safe

from folkmoot.accounts.queries import the_installation
from folkmoot.conversations.models import Channel, Topic
from folkmoot.groups.models import Group
from folkmoot.web.strangers import same_for_strangers

ICONS, PAPER = (192, 512), "#fbfbf8"
A_PART = 5_000  # addresses
MOST_PARTS = 50_000  # of the index: as many as it may have
CLOSED = ["/account/", "/settings", "/manage/", "/invitations/", "/join/", "/mail/", "/start", "/files/", "/g/*/manage"]
CLOSED += ["/search", "/posts/", "/*/similar", "/*?q="]
XML = "application/xml"
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


@require_safe
@same_for_strangers
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {settings.SITE}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@same_for_strangers
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone asks that puts us among its apps."""
    drawn = [{"src": static(f"web/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in ICONS]
    icons = [*drawn, drawn[-1] | {"purpose": "maskable"}]
    look = {"display": "standalone", "background_color": PAPER, "theme_color": PAPER}
    return JsonResponse(
        {"id": "/", "start_url": "/", "scope": "/", "name": str(the_installation()), "icons": icons, **look}
    )


@require_safe
@same_for_strangers
def sitemap(request: HttpRequest) -> HttpResponse:
    """The parts: for each group that all may read, its conversations by the thousands."""
    return HttpResponse(_xml("sitemapindex", "sitemap", _parts()), content_type=XML)


@require_safe
@same_for_strangers
def sitemap_part(request: HttpRequest, slug: str, part: int) -> HttpResponse:
    group = get_object_or_404(_open_groups(), slug=slug)
    topics = list(_topics().filter(channel__group=group)[(part - 1) * A_PART : part * A_PART]) if part else []
    if not topics and part != 1:
        raise Http404
    for topic in topics:
        topic.channel.group = group
    pages = [(group.get_absolute_url(), None), (f"{group.get_absolute_url()}/topics", None)] if part == 1 else []
    rows = [*pages, *((topic.get_absolute_url(), topic.last_post_at) for topic in topics)]
    return HttpResponse(_xml("urlset", "url", iter(rows)), content_type=XML)


def _parts() -> Iterator[tuple[str, object]]:
    counted = _open_groups().annotate(n=Count("channels__topics"), newest=Max("channels__topics__last_post_at"))
    numbers = (
        (group, number)
        for group in counted.order_by("pk").iterator()
        for number in range(1, max(1, -(-group.n // A_PART)) + 1)
    )
    for _count, (group, number) in zip(range(MOST_PARTS), numbers, strict=False):
        yield f"/sitemap/{group.slug}/{number}.xml", group.newest


def _open_groups() -> QuerySet[Group]:
    """Those whose talk is for all: public ones, as long as anyone may read in them."""
    readable = Channel.objects.visible_to(None).values("group")
    return Group.objects.filter(visibility=Group.Visibility.PUBLIC, pk__in=readable)


def _topics() -> QuerySet[Topic]:
    return Topic.objects.select_related("channel").only("title", "last_post_at", "channel__group_id").order_by("pk")


def _xml(root: str, element: str, rows: Iterator[tuple[str, object]]) -> str:
    lines = (f"<{element}><loc>{escape(settings.SITE + path)}</loc>{_changed(at)}</{element}>" for path, at in rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{SPACE}">\n' + "\n".join(lines) + f"\n</{root}>\n"


def _changed(at: object) -> str:
    return f"<lastmod>{at.isoformat(timespec='seconds')}</lastmod>" if hasattr(at, "isoformat") else ""
