from django.db import models
from django.db.models import OuterRef, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.archives import Archive
from folkmoot.conversations.models.channels import Channel, may_read
from folkmoot.conversations.models.topics import Topic
from folkmoot.groups.models import Side

_NO_BADGE = str.maketrans("()", "[]")


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, person: Person | None) -> "PostQuerySet":
        return self.filter(may_read(person, OuterRef("channel__group")))

    def said_by(self, author: Person, *, to: Person | None) -> "PostQuerySet":
        """What somebody said, as far as a reader may know that it was them: what they said without a name only they."""
        theirs = self.filter(author=author)
        return theirs if author == to else theirs.filter(is_anonymous=False)

    def not_taken_back(self) -> "PostQuerySet":
        return self.filter(removed_at=None)

    def in_order(self) -> "PostQuerySet":
        return self.order_by("posted_at", "pk")


class Post(models.Model):
    """One thing said, by whichever door."""

    class Markup(models.TextChoices):
        MARKDOWN = "markdown"
        TEXT = "text"  # as mail programs write it: line breaks count, quotes begin with ">"

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="posts")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="posts")  # as its topic's
    author = models.ForeignKey(Person, models.PROTECT, related_name="posts")
    answers = models.ForeignKey("self", models.SET_NULL, null=True, related_name="answered_by")
    title = models.CharField(max_length=200)  # the subject it was said under, which may differ from the topic's
    body = models.TextField()
    markup = models.CharField(max_length=10, choices=Markup, default=Markup.MARKDOWN)
    html = models.TextField()  # the body, rendered once
    html_version = models.PositiveSmallIntegerField(default=1)  # of the renderer, so that a mended one can do it again
    version = models.PositiveIntegerField(default=1)  # counts what changes how the post looks
    via = models.CharField(max_length=20)
    message_id = models.CharField(max_length=250)
    references = models.TextField(blank=True)  # Message-IDs that the letter named, oldest first
    said_at = models.DateTimeField(null=True)  # what the letter itself says; never later than it came
    posted_at = models.DateTimeField(default=now)
    archive = models.ForeignKey(Archive, models.SET_NULL, null=True, related_name="posts")
    is_anonymous = models.BooleanField(default=False)  # its author is shown to nobody but themselves
    # How its author stood to the group's companies when they said it.
    side = models.CharField(max_length=10, choices=Side, blank=True)
    organization_name = models.CharField(max_length=100, blank=True)
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)  # its text is shown to nobody; it can be put back
    removed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)  # when an imported post's author said "yes, that was me"
    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["topic", "posted_at", "id"], name="post_in_order"),
            models.Index(fields=["author", "posted_at"], name="post_by_author"),
            models.Index(fields=["channel", "posted_at", "id"], name="post_by_channel"),
            # Beside the foreign key's own: that one counts all that answer nothing, and SQLite takes it for useless.
            models.Index(fields=["answers", "posted_at"], condition=Q(answers__isnull=False), name="post_answering"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["channel", "message_id"], name="a_letter_is_one_post_in_a_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("post", args=[self.pk])

    @property
    def author_name(self) -> str:
        """Whose words they are, as far as everybody may know."""
        return _("A member") if self.is_anonymous else self.author.name

    @property
    def author_handle(self) -> str:
        """By which everybody finds its author's page; empty where nobody may know whose words they are."""
        return "" if self.is_anonymous else self.author.handle

    @property
    def author_picture(self) -> str:
        """Of its author's face; none where nobody may know whose words they are."""
        return "" if self.is_anonymous else self.author.picture

    @property
    def badge(self) -> str:
        """How its author stood to the group's companies, in words: "Acme, customer". Empty where that says nothing."""
        return ", ".join(str(one) for one in (self.organization_name, self.get_side_display()) if one)

    @property
    def byline(self) -> str:
        """Who speaks, and for whom, in one line: "Ines (Acme, customer)". A name can't look like a badge."""
        name = self.author_name.translate(_NO_BADGE)
        return f"{name} ({self.badge.translate(_NO_BADGE)})" if self.badge else name

    @property
    def is_answer(self) -> bool:
        """Whether its topic's question is answered by it."""
        return self.topic.answer_id == self.pk


class Edition(models.Model):
    """What a post said before it was changed."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="editions")
    body = models.TextField()
    html = models.TextField()
    written_at = models.DateTimeField()  # when this wording came to be
    replaced_at = models.DateTimeField(default=now)
    replaced_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["post", "replaced_at"], name="edition_in_order")]

    def __str__(self) -> str:
        return f"{self.post_id} until {self.replaced_at:%Y-%m-%d %H:%M}"


class Reaction(models.Model):
    """A short answer to a post that needs no words."""

    class Kind(models.TextChoices):
        THANKS = "thanks", pgettext_lazy("reaction", "Thank you")
        SAME = "same", pgettext_lazy("reaction", "Same here")
        HELPFUL = "helpful", pgettext_lazy("reaction", "Helpful")
        WORKS = "works", pgettext_lazy("reaction", "Works for me")

    post = models.ForeignKey(Post, models.CASCADE, related_name="reactions")
    person = models.ForeignKey(Person, models.CASCADE, related_name="reactions")
    kind = models.CharField(max_length=10, choices=Kind)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person", "kind"], name="one_reaction_of_a_kind_each")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id} to {self.post_id}"


class Mention(models.Model):
    """That a post names a person."""

    post = models.ForeignKey(Post, models.CASCADE, related_name="mentions")
    person = models.ForeignKey(Person, models.CASCADE, related_name="mentions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["post", "person"], name="a_post_mentions_a_person_once")]

    def __str__(self) -> str:
        return f"{self.post_id} names {self.person_id}"
