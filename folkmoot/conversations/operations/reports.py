"""Ask moderators to look at a post, and what they decide. All about one person in one group is one case."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.accounts.models import Actor, Person
from folkmoot.conversations.models import Post, Report
from folkmoot.conversations.operations.editing import take_back
from folkmoot.conversations.rules import can_report
from folkmoot.groups.models import ModerationCase, Sanction
from folkmoot.groups.operations import sanction
from folkmoot.groups.operations.cases import close_case, open_case
from folkmoot.groups.operations.history import note
from folkmoot.groups.rules import can_look_at_reports
from folkmoot.kit.errors import Refused, require
from folkmoot.outbox.operations import record

LONGEST_WORDS = 1000
MOST_A_DAY = 20  # of one person


def report(post: Post, *, by: Person, reason: str, words: str = "", via: str) -> Report:
    """Ask the moderators to look at a post. Asking again changes what was said."""
    words = words.replace("\x00", "").strip()[:LONGEST_WORDS]
    with transaction.atomic():
        require(can_report(by, post), _("You can't report this post."))
        Person.objects.select_for_update(no_key=True).get(pk=by.pk)  # two at once must not both be the last
        if by.reports.filter(at__gt=now() - timedelta(days=1)).count() >= MOST_A_DAY:
            raise Refused(_("You have reported a lot today. Please go on tomorrow."))
        case = open_case(post.channel.group, post.author)
        what = {"reason": reason, "words": words, "via": via, "at": now()}
        made, _is_new = Report.objects.update_or_create(case=case, post=post, by=by, defaults=what)
        record("report.made", made, by=by, via=via)
    return made


def settle(
    case: ModerationCase,
    *,
    by: Actor,
    via: str,
    kind: str = "",
    days: int | None = None,
    reason: str = "",
    takes_back: bool = False,
) -> None:
    """Decide about all that is reported of a person: leave it, take posts back, lay something on them, or both."""
    with transaction.atomic():
        case = ModerationCase.objects.select_for_update(no_key=True).get(pk=case.pk)
        require(can_look_at_reports(by, case.group) and case.person != by, _("You can't decide about this."))
        if case.closed_at:
            raise Refused(_("Somebody has decided about this already."))
        named = case.reports.exclude(post__is_anonymous=True)
        is_named = named.exists()
        if kind and not is_named:
            raise Refused(_("Nobody knows who wrote this. You can take the post back."))
        if takes_back and isinstance(by, Person):
            for post in _standing(case, is_anonymous=not is_named):
                take_back(post, by=by, via=via)
        if kind:
            laid = Sanction.Kind(kind)
            sanction(case.group, case.person, kind=laid, reason=reason, days=days, case=case, by=by, via=via)
        close_case(case, by=by, outcome=reason)
        if is_named:
            _keep_apart(case)
        about = case.person if is_named else None
        note(case.group, "case.settled", by=by, via=via, about=about, case=case.pk, laid=kind, takes_back=takes_back)
        record("report.settled", case, by=by, via=via)


def _standing(case: ModerationCase, *, is_anonymous: bool) -> list[Post]:
    posts = Post.objects.filter(reports__case=case, removed_at=None, is_anonymous=is_anonymous)
    return list(posts.distinct().order_by("pk"))


def _keep_apart(case: ModerationCase) -> None:
    """What was said without a name is decided for itself, or the decision about a name would tell whose it is."""
    unnamed = case.reports.filter(post__is_anonymous=True, post__removed_at=None)
    if unnamed.exists():
        unnamed.update(case=open_case(case.group, case.person))
