"""Sessions in the database; the look-up that each page of a signed-in reader begins with is written once."""

from django.contrib.sessions.backends.db import SessionStore as StoredSessions
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from folkmoot.store.prepared import Prepared

_SESSION = Prepared(lambda key: Session.objects.filter(session_key=key), words=True)


class SessionStore(StoredSessions):
    """What Django calls a session engine (SESSION_ENGINE)."""

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.first(self.session_key or "")
        if found is not None and found.expire_date > now():
            return found
        self._session_key = None
        return None
