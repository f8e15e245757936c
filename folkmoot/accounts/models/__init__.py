"""Who speaks here, and what the installation has decided for all."""

from allauth.account.models import EmailAddress as Address

from folkmoot.accounts.models.installation import Installation
from folkmoot.accounts.models.organizations import Affiliation, Organization, OrganizationDomain
from folkmoot.accounts.models.people import (
    NOBODY,
    OPERATOR,
    Actor,
    MailTrouble,
    OldHandle,
    Operator,
    Person,
    PersonExport,
    ProfileEntry,
    StartLink,
    display_name,
)

__all__ = [
    "NOBODY",
    "OPERATOR",
    "Actor",
    "Address",
    "Affiliation",
    "Installation",
    "MailTrouble",
    "OldHandle",
    "Operator",
    "Organization",
    "OrganizationDomain",
    "Person",
    "PersonExport",
    "ProfileEntry",
    "StartLink",
    "display_name",
]
