import time

import pytest

from folkmoot.doors.mail import listener


@pytest.fixture(autouse=True)
def the_door_has_just_looked():
    """What the door found full in another test it would go on believing for a while."""
    listener.last_look.names, listener.last_look.until = frozenset(), time.monotonic() + 60
    yield
    listener.last_look.until = 0.0
