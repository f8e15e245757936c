"""Sessions in the database; the look-up that each page of a signed-in reader begins with is written once."""

from django.contrib.sessions.backends.db import SessionStore as StoredSessions
from django.contrib.sessions.models import Session
from django.db.models import Subquery
from django.db.models.functions import Left
from django.utils.timezone import now

from folkmoot.accounts.models import Installation
from folkmoot.accounts.queries import NOTICES, Look
from folkmoot.store.prepared import Prepared

# The look of the installation comes along: every page shows it, and it is not worth a question of its own.
_INSTALLATION = Installation.objects.filter(pk=1)
_LOOK = {"look_name": Subquery(_INSTALLATION.values("name")), "look_hue": Subquery(_INSTALLATION.values("hue"))}
_LOOK |= {f"look_{kind}": Subquery(_INSTALLATION.values_list(Left(kind, 1))) for kind in NOTICES}
_SESSION = Prepared(lambda key: Session.objects.filter(session_key=key).annotate(**_LOOK), words=True)


class SessionStore(StoredSessions):
    """What Django calls a session engine (SESSION_ENGINE)."""

    look: Look | None = None

    def _get_session_from_db(self) -> Session | None:
        found = _SESSION.first(self.session_key or "")
        if found is not None and found.expire_date > now():
            self.look = _look(found)
            return found
        self._session_key = None
        return None


def _look(found: Session) -> Look:
    notices = " ".join(kind for kind in NOTICES if getattr(found, f"look_{kind}"))
    return Look(found.look_name or "", found.look_hue, notices)  # type: ignore[attr-defined]  # annotated
