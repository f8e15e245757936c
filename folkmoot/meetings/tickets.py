"""What somebody shows at the door: a short signed name of who comes to which meeting."""

from django.conf import settings

from folkmoot.kit import signing
from folkmoot.meetings.models import Meeting

LONGEST = 500  # characters of what somebody scans or types


def ticket(meeting: Meeting, person_id: int) -> str:
    """Return the code that only the person and the door know."""
    return signing.sign(settings.SECRET_KEY.encode(), "ticket", meeting.pk, person_id)


def shown(meeting: Meeting, said: str) -> int | None:
    """Whose ticket of this meeting it is: the code, or the address that its picture holds."""
    code = said.strip()[:LONGEST].rpartition("ticket=")[2]
    numbers = signing.unsign(settings.SECRET_KEY.encode(), "ticket", code)
    if numbers is None or len(numbers) != 2 or numbers[0] != meeting.pk:
        return None
    return numbers[1]
