from django.db import models
from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import pgettext_lazy

from folkmoot.accounts.models import Person
from folkmoot.conversations.models.posts import Post
from folkmoot.groups.models import ModerationCase


class Report(models.Model):
    """That somebody asks the moderators to look at what a person said or did."""

    class Reason(models.TextChoices):
        SPAM = "spam", pgettext_lazy("report", "It is advertising or spam")
        ATTACK = "attack", pgettext_lazy("report", "It attacks or insults somebody")
        PRIVATE = "private", pgettext_lazy("report", "It tells something private")
        ELSEWHERE = "elsewhere", pgettext_lazy("report", "It does not belong here")
        OTHER = "other", pgettext_lazy("report", "Something else")

    case = models.ForeignKey(ModerationCase, models.CASCADE, related_name="reports")
    post = models.ForeignKey(Post, models.CASCADE, null=True, related_name="reports")
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="reports")  # None: a mail provider, a rule
    reason = models.CharField(max_length=10, choices=Reason)
    words = models.CharField(max_length=1000, blank=True)
    via = models.CharField(max_length=20)
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "post", "by"], condition=~Q(post=None) & ~Q(by=None), name="one_report_each_of_a_post"
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} in case {self.case_id}"
