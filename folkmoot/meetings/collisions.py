"""What an organiser hears before a meeting is planned on a day on which there is something else."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from folkmoot.groups.models import Group
from folkmoot.kit.zones import on_the_wall
from folkmoot.meetings.models import Meeting, Venue
from folkmoot.web.templatetags.face import day as day_in_words

MOST_SAID = 10


def found(
    group: Group,
    times: Sequence[datetime],
    *,
    zone: str,
    venue: Venue | None = None,
    besides: Meeting | None = None,
    with_its_series: bool = False,
) -> list[str]:
    """Say what else is on the days of these times: public holidays, and other meetings of the group."""
    days = sorted({at.date() for at in times})
    country = (venue.country if venue else "") or country_of(zone)
    said = [
        (on, _("%(day)s is a public holiday: %(name)s") % _named(on, name)) for on, name in _holidays(days, country)
    ]
    said += [
        (one.starts.date(), _("On %(day)s there is also: %(name)s") % _named(one.starts.date(), one.title))
        for one in _others(group, days, besides, with_its_series)
    ]
    return [words for _on, words in sorted(said)[:MOST_SAID]]


@cache
def _countries() -> dict[str, str]:
    """The country of each zone, as the zone database tells."""
    lines = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    cells = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {zone: country for country, _where, zone, *_note in cells}


def country_of(zone: str) -> str:
    """The country by whose clocks a zone goes; nothing for UTC and the like."""
    return _countries().get(zone, "")


def _named(on: date, name: str) -> dict[str, str]:
    return {"day": day_in_words(on), "name": name}


def _holidays(days: Sequence[date], country: str) -> list[tuple[date, str]]:
    """The public holidays of the whole country among these days. Of most countries we know them."""
    if not days or not country:
        return []
    import holidays  # 0.4 s and 20 MB, which only who plans a meeting should wait for

    try:
        known = holidays.country_holidays(country, years={on.year for on in days}, language=get_language())
    except NotImplementedError:
        return []
    return [(on, known[on]) for on in days if on in known]


def _others(group: Group, days: Sequence[date], besides: Meeting | None, with_its_series: bool) -> list[Meeting]:
    if not days:
        return []
    start, end = (on_the_wall(datetime.combine(on, time())) for on in (days[0], days[-1]))
    near = Meeting.objects.filter(group=group, cancelled_at=None, starts__gte=start, starts__lt=end + timedelta(days=1))
    if besides is not None:
        near = near.exclude(pk=besides.pk)
        if with_its_series:
            near = near.exclude(series=besides.series_id)
    wanted = set(days)
    return [one for one in near.order_by("starts", "pk")[:500] if one.starts.date() in wanted][:MOST_SAID]
