from typing import Any

from allauth.account.models import EmailAddress as Address
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from folkmoot.store.prepared import Prepared


class Operator:
    """Whoever runs the command line. They have the database anyway, so every rule lets them."""


OPERATOR = Operator()
NOBODY = _("Somebody who left")  # stands in pages, letters and feeds for an empty name


_PROVEN = Prepared(lambda key: Address.objects.filter(email=key, verified=True).select_related("user"), words=True)


class PersonManager(BaseUserManager["Person"]):
    def at(self, address: str) -> "Person | None":
        """The person who has proven this address."""
        found = _PROVEN.first(address.lower())
        return found.user if found is not None else None

    def unproven_at(self, address: str) -> "Person | None":
        """Somebody we only know by this address: an imported author, a member whom an administrator added."""
        known = Address.objects.filter(
            email=address.lower(), verified=False, user__last_login=None, user__signed_up_at=None, user__erased_at=None
        )
        return next((found.user for found in known.select_related("user").order_by("pk")[:1]), None)

    def known_at(self, address: str) -> "Person | None":
        return self.at(address) or self.unproven_at(address)


class _Gone(str):
    """What is read in the place of a name that is gone; handed back, it is no name."""

    __slots__ = ()


class _Shown(DeferredAttribute):
    """Gives a word of the reader's language in the place of a name that is gone."""

    def __get__(self, instance: models.Model | None, cls: type[models.Model] | None = None) -> Any:
        found = super().__get__(instance, cls)
        return _Gone(NOBODY) if found == "" else found

    def __set__(self, instance: models.Model, value: str) -> None:
        instance.__dict__[self.field.attname] = "" if isinstance(value, _Gone) else value


class NameField(models.CharField):
    """A person's name; empty once they have left. Queries for values alone find it empty, people read NOBODY."""

    descriptor_class = _Shown

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return model_instance.__dict__[self.attname]

    def get_prep_value(self, value: Any) -> Any:
        return "" if isinstance(value, _Gone) else super().get_prep_value(value)

    def deconstruct(self) -> Any:
        """To the database it is any text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class Person(AbstractBaseUser):
    """Anyone who speaks here: a member, a customer who only writes e-mail, the author of an imported letter."""

    name = NameField(max_length=100)
    handle = models.SlugField(max_length=40, unique=True)
    is_active = models.BooleanField(default=True)
    administrator_since = models.DateTimeField(null=True)  # of the whole installation
    language = models.CharField(
        max_length=20, blank=True
    )  # of pages and letters; what the browser asks for where empty
    time_zone = models.CharField(max_length=40, blank=True)  # what the browser says where empty
    has_shortcuts = models.BooleanField(default=True)  # single keys do things on pages
    # SHA-256 of the kept file that shows them; or initials do
    picture = models.CharField(max_length=64, blank=True, db_index=True)
    signed_up_at = models.DateTimeField(null=True)  # by themselves; before they prove an address that says nothing
    erased_at = models.DateTimeField(null=True)  # when they left for good; nothing here tells who it was
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    created_at = models.DateTimeField(default=now)

    USERNAME_FIELD = "handle"
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.handle])

    @property
    def addresses(self) -> models.QuerySet[Address]:
        """This person's addresses, proven or not."""
        return Address.objects.filter(user=self)

    @property
    def is_administrator(self) -> bool:
        return self.administrator_since is not None


Actor = Person | Operator  # who does something: a person by some door, or the command line


class ProfileEntryQuerySet(models.QuerySet["ProfileEntry"]):
    def visible_to(self, reader: Person | None, *, shares_group: bool) -> "ProfileEntryQuerySet":
        """What its person lets this reader see. Who shares a group with whom is known upstairs."""
        Audience = ProfileEntry.Audience  # noqa: N806 - a class
        audiences = [Audience.ANYONE]
        if reader is None:
            return self.filter(seen_by__in=audiences)
        audiences += [Audience.SIGNED_IN]
        if shares_group:
            audiences += [Audience.FELLOWS]
        return self.filter(models.Q(seen_by__in=audiences) | models.Q(person=reader))


class ProfileEntry(models.Model):
    """Something a person says of themselves, and who may see it."""

    class Field(models.TextChoices):
        ABOUT = "about", _("About me")
        PRONOUNS = "pronouns", _("Pronouns")
        PLACE = "place", _("Where I am")
        WORK = "work", _("What I do")
        LANGUAGES = "languages", _("Languages I speak")
        SITE = "site", _("My site")
        PHONE = "phone", _("Telephone")
        ADDRESS = "address", _("Mail address for others")

    class Audience(models.TextChoices):
        ANYONE = "anyone", pgettext_lazy("audience", "Anyone")
        SIGNED_IN = "signed_in", pgettext_lazy("audience", "Who is signed in")
        FELLOWS = "fellows", pgettext_lazy("audience", "Members of my groups")
        NOBODY = "nobody", pgettext_lazy("audience", "Only me")

    person = models.ForeignKey(Person, models.CASCADE, related_name="profile")
    field = models.CharField(max_length=10, choices=Field)
    value = models.CharField(max_length=2000)
    seen_by = models.CharField(max_length=10, choices=Audience, default=Audience.NOBODY)
    objects = ProfileEntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "field"], name="one_profile_entry_of_a_field")]

    def __str__(self) -> str:
        return f"{self.field} of {self.person_id}"


class PersonExport(models.Model):
    """Somebody's wish for all that is stored about them, as one file; it lies in the data folder for some days."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="exports")
    asked_at = models.DateTimeField(default=now)
    ready_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"export of {self.person_id}"


class OldHandle(models.Model):
    """A handle that somebody had before two persons became one; its page redirects."""

    handle = models.SlugField(max_length=40, unique=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="old_handles")

    def __str__(self) -> str:
        return self.handle


class MailTrouble(models.Model):
    """That letters to an address came back, until it is proven again."""

    address = models.OneToOneField(Address, models.CASCADE, related_name="trouble")
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return f"{self.times} letters came back from {self.address_id}"


class StartLink(models.Model):
    """The one-time link of the first start: whoever opens it becomes the first administrator."""

    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"start link of {self.made_at:%Y-%m-%d %H:%M}"


def display_name(person: Person) -> str:
    """For allauth's pages and letters."""
    return person.name
