"""A report by mail: a letter of the group, answered or forwarded to `group+report@`."""

import re

from django.conf import settings
from django.utils.translation import gettext as _

from folkmoot.accounts.models import Person
from folkmoot.conversations.models import Post, Report
from folkmoot.conversations.operations import report as report_post
from folkmoot.doors.mail import notes, proof
from folkmoot.doors.mail.arrivals import Arrival, Dropped, author_in, group_of, own_words
from folkmoot.groups.models import Group
from folkmoot.kit import mime
from folkmoot.kit.errors import Refused

MOST_LINKS = 20  # of a letter that are looked at
MOST_BROUGHT = 5  # letters that it brings along


def report(arrival: Arrival) -> str:
    """To `group+report@`: ask the moderators to look at the post that a letter answers, brings along or links to."""
    letter, group = arrival.letter, group_of(arrival.mark)
    by = author_in(group, letter.sender.address)
    if letter.automatic or by is None or arrival.proof == proof.FAIL:
        raise Dropped("a report by a program, or by somebody we don't know")
    if not Group.objects.visible_to(by).filter(pk=group.pk).exists():
        raise Dropped("a hidden group hears only those who may know of it")
    if group.proof != Group.Proof.FROM and arrival.proof != proof.PASS:
        raise Refused(_("This group asks for a proven sender, and nothing proves this letter’s. Report it on the web."))
    post = _post_in(letter, group, by)
    if post is None:
        raise Refused(_("We could not find which post you mean. Answer a letter of the group, or forward it whole."))
    made = report_post(post, by=by, reason=Report.Reason.OTHER, words=own_words(letter), via="mail")
    notes.reported(made, group, to=letter.sender.address, answers=letter.message_id)
    return f"report of post {post.pk}"


def _post_in(letter: mime.Letter, group: Group, reader: Person) -> Post | None:
    """The post of this group that is meant, if its reader may read it: brought along, else answered, else linked to."""
    posts = Post.objects.visible_to(reader).filter(channel__group=group).select_related("channel__group", "author")
    ids = [*_brought(letter), *letter.parents]
    by_id = {post.message_id: post for post in posts.filter(message_id__in=ids)}
    found = next((by_id[one] for one in ids if one in by_id), None)
    if found is not None:
        return found
    links = re.findall(rf"{re.escape(settings.SITE)}/posts/(\d{{1,15}})", letter.body)[:MOST_LINKS]
    by_key = {post.pk: post for post in posts.filter(pk__in=[int(one) for one in links])}
    return next((by_key[int(one)] for one in links if int(one) in by_key), None)


def _brought(letter: mime.Letter) -> list[str]:
    """The ids of the letters that came along whole."""
    ids = []
    for one in [one for one in letter.attached if one.kind == "message/rfc822"][:MOST_BROUGHT]:
        try:
            ids.append(mime.read(one.content).message_id)
        except mime.Unreadable:
            continue
    return ids
