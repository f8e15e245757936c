"""What is read of a meeting that comes from elsewhere, whatever it is written in."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time

DEFAULT = 120  # minutes, where nothing is said
DAY = 24 * 60  # minutes of a meeting of which only the day is known


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    address: str = ""
    city: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    directions: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """What somebody told at a meeting. Speakers are names: whose account that might be, nobody knows from a list."""

    uid: str
    title: str
    speakers: str = ""
    abstract: str = ""  # Markdown
    recording: str = ""
    minutes: int = 0  # 0: nobody has said


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A meeting, or a series with what is otherwise in some of its meetings."""

    uid: str
    title: str
    starts: datetime  # by the clocks of the zone
    zone: str
    minutes: int = DEFAULT
    about: str = ""
    place: Place | None = None
    link: str = ""
    is_cancelled: bool = False
    counted: int | None = None  # how many came, as somebody has counted elsewhere
    page: str = ""  # where it stands elsewhere
    talks: tuple[Talk, ...] = ()
    rule: str = ""
    extra: tuple[datetime, ...] = ()
    left_out: tuple[datetime, ...] = ()
    slot: datetime | None = None  # of a series: the time it was meant for, by the clocks of the series
    others: tuple["Plan", ...] = field(default=())


class Remarks:
    """What is to be said of a list that was read: lines of their own, and what is so of many, with how many."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.many: Counter[str] = Counter()

    def all(self) -> list[str]:
        return [*(f"{words}: {count:,}" for words, count in self.many.items()), *self.lines]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a list is read on: the group's zone, and at which hour a meeting begins of which only the day is known."""

    zone: str
    hour: time | None = None

    def of_day(self, day: date, remarks: Remarks) -> tuple[datetime, int]:
        """When it begins and how many minutes it takes: the whole day, unless somebody has named an hour."""
        if self.hour is None:
            remarks.many["known by their day only, they stand as whole days (--time gives them an hour)"] += 1
            return datetime.combine(day, time()), DAY
        remarks.many[f"known by their day only, they begin at {self.hour:%H:%M} as you said"] += 1
        return datetime.combine(day, self.hour), DEFAULT


def degrees(north: str, east: str) -> tuple[float, float] | None:
    """Where something lies, as two words say; nothing where they are no place on the earth, or 0, 0."""
    try:
        place = float(north), float(east)
    except ValueError:
        return None
    is_there = -90 <= place[0] <= 90 and -180 <= place[1] <= 180 and place != (0, 0)
    return place if is_there else None
