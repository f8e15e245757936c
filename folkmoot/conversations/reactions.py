from django.db.models import F

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, Reaction
from folkmoot.conversations.operations import take_over
from folkmoot.groups.models import Membership
from folkmoot.groups.operations import was_active as note_active
from folkmoot.outbox.models import Event
from folkmoot.store.prepared import Prepared

Activity = Membership.Activity

_POST = Prepared(lambda key: Post.objects.filter(pk=key).values_list("author", "channel__group", "posted_at"))


def person_merged(event: Event) -> None:
    """What the other said is said by the one they are now."""
    take_over(event.subject_id, into=Person.objects.get(pk=event.data["into_id"]))


def person_renamed(event: Event) -> None:
    """A post shows its author's name and picture, so it looks different now."""
    Post.objects.filter(author_id=event.subject_id).update(version=F("version") + 1)


def was_active(event: Event) -> None:
    """Who wrote or reacted is active in the group, by whichever door. An imported post is nobody's doing today."""
    if event.kind == "reaction.added":
        reaction = Reaction.objects.select_related("post__channel").filter(pk=event.subject_id).first()
        if reaction is not None:
            note_active(reaction.person_id, reaction.post.channel.group_id, how=Activity.REACTED, at=reaction.at)
        return
    if (post := _POST.first(event.subject_id)) is not None:
        author, group, at = post
        note_active(author, group, how=Activity.SPOKE, at=at)
