"""What a group's package says of its talk."""

from collections.abc import Sequence

from django.db.models import QuerySet

from folkmoot.conversations import arriving, models
from folkmoot.store.packages import Table

HTML = frozenset({"html", "html_version", "version"})  # made of the body, anew wherever it is read


def _reports(ids: Sequence[int]) -> QuerySet[models.Report]:
    """What is reported of somebody who spoke without a name would tell, by its case, whose words they are."""
    return models.Report.objects.filter(case__group__in=ids).exclude(post__is_anonymous=True).order_by("pk")


TABLES = [
    Table(
        "channels",
        lambda ids: models.Channel.objects.filter(group__in=ids).order_by("pk"),
        check=arriving.channel,
    ),
    Table(
        "topics",
        lambda ids: models.Topic.objects.filter(channel__group__in=ids).order_by("pk"),
        leaves_out=frozenset({"answered_by"}),  # it may be one who asked without a name
        keeps=("channel",),
        check=arriving.topic,
    ),
    Table(
        "posts",
        lambda ids: models.Post.objects.filter(channel__group__in=ids).order_by("pk"),
        leaves_out=HTML | {"archive", "confirmed_at"},
        veils=("is_anonymous", "author", "removed_by"),
        check=arriving.post,
    ),
    Table(
        "editions",
        lambda ids: models.Edition.objects.filter(post__channel__group__in=ids).order_by("pk"),
        leaves_out=HTML,
        veils=("post__is_anonymous", "replaced_by"),
    ),
    Table(
        "polls",
        lambda ids: models.Poll.objects.filter(post__channel__group__in=ids).order_by("pk"),
        keeps=("is_secret",),
        check=arriving.poll,
    ),
    Table(
        "choices",
        lambda ids: models.Choice.objects.filter(poll__post__channel__group__in=ids).order_by("pk"),
        keeps=("poll",),
        check=arriving.choice,
    ),
    Table(
        "ballots",
        lambda ids: models.Ballot.objects.filter(poll__post__channel__group__in=ids).order_by("pk"),
        keeps=("poll",),
        check=arriving.ballot,
    ),
    Table(
        "ballot-lines",
        lambda ids: models.BallotLine.objects.filter(ballot__poll__post__channel__group__in=ids).order_by("pk"),
        check=arriving.ballot_line,
    ),
    Table("reactions", lambda ids: models.Reaction.objects.filter(post__channel__group__in=ids).order_by("pk")),
    Table("mentions", lambda ids: models.Mention.objects.filter(post__channel__group__in=ids).order_by("pk")),
    Table(
        "happenings",
        lambda ids: models.Happening.objects.filter(topic__channel__group__in=ids).order_by("pk"),
        leaves_out=frozenset({"posts", "number"}),  # ids of this database, for undoing things here
    ),
    Table(
        "references",
        lambda ids: models.Reference.objects.filter(channel__group__in=ids).order_by("pk"),
        check=arriving.reference,
    ),
    Table(
        "attachments",
        lambda ids: models.Attachment.objects.filter(post__channel__group__in=ids).order_by("pk"),
        check=arriving.attachment,
    ),
    Table("reports", _reports, check=arriving.report),
]
