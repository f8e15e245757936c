from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from folkmoot.groups.models import Move


class Mirror(models.Model):
    """The calendar of an old place, whose meetings to come are brought along each day while the group comes over."""

    class Trouble(models.TextChoices):
        """Why it could not be read. %(detail)s is what the other side said, or whose name it is."""

        ANSWER = "answer", _("Its server answers with the error %(detail)s.")
        UNREACHABLE = "unreachable", _("Its server can’t be reached.")
        LEADS_ON = "leads_on", _("The address leads on to another one, and that one too, without an end.")
        NO_HOST = "no_host", _("There is no server %(detail)s.")
        NOT_PUBLIC = "not_public", _("%(detail)s is not on the public internet.")
        NO_ADDRESS = "no_address", _("It leads to an address that does not begin with https://.")
        PASSWORD = "password", _("There is a name and a password in the address.")
        TOO_LARGE = "too_large", _("It is too large.")
        TOO_SLOW = "too_slow", _("It takes too long.")
        NO_CALENDAR = "no_calendar", _("What stands there is no calendar.")

    move = models.OneToOneField(Move, models.CASCADE, related_name="mirror")
    address = models.URLField(max_length=500)
    set_at = models.DateTimeField(default=now)
    asked_at = models.DateTimeField(null=True)  # when it was tried last
    read_at = models.DateTimeField(null=True)  # when it could be read last
    trouble = models.CharField(max_length=20, choices=Trouble, blank=True)  # why it could not
    detail = models.CharField(max_length=100, blank=True, default="")  # a number or a name that belongs to it

    def __str__(self) -> str:
        return self.address

    @property
    def trouble_in_words(self) -> str:
        """Why it could not be read, in the language of whoever reads this."""
        return self.get_trouble_display() % {"detail": self.detail} if self.trouble else ""
