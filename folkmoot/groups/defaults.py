"""What a group starts with: settings by its type, permissions by its visibility."""

from folkmoot.groups.models import Group, Role
from folkmoot.groups.permissions import all_names

SETTINGS: dict[str, dict[str, str]] = {
    Group.Type.SOCIAL: {"visibility": "public", "joining": "open"},
    Group.Type.INTEREST: {"visibility": "public", "joining": "open"},
    Group.Type.PRODUCT: {"visibility": "public", "joining": "open"},
    Group.Type.COMPANY: {"visibility": "hidden", "joining": "invitation", "proof": "pass"},
}

_OF_MEMBERS = ("topics.read", "topics.post", "meetings.read", "meetings.answer", "meetings.propose", "members.read")

# What each role starts with. An owner holds all there is, always.
ROLES: dict[Role.BuiltIn, tuple[str, tuple[str, ...]]] = {  # key: audience, permissions
    Role.BuiltIn.ANYONE: (Role.Audience.ANYONE, ()),
    Role.BuiltIn.SIGNED_IN: (Role.Audience.SIGNED_IN, ()),
    Role.BuiltIn.MEMBER: (Role.Audience.MEMBERS, _OF_MEMBERS),
    Role.BuiltIn.INSIDE: (Role.Audience.INSIDE, ()),
    Role.BuiltIn.PARTNER: (Role.Audience.PARTNER, ()),
    Role.BuiltIn.CUSTOMER: (Role.Audience.CUSTOMER, ()),
    Role.BuiltIn.OUTSIDE: (Role.Audience.OUTSIDE, ()),
    Role.BuiltIn.OWNER: (Role.Audience.GRANTED, ()),
    Role.BuiltIn.MODERATOR: (
        Role.Audience.GRANTED,
        ("topics.tend", "topics.moderate", "letters.moderate", "people.sanction", "history.read"),
    ),
    Role.BuiltIn.ORGANISER: (Role.Audience.GRANTED, ("meetings.organise",)),
    Role.BuiltIn.SUPPORT: (Role.Audience.GRANTED, ("topics.tend",)),
    Role.BuiltIn.EDITOR: (Role.Audience.GRANTED, ("topics.tend",)),
}

PUBLIC = ("topics.read", "meetings.read")  # what anyone may in a group that is visible to all


def permissions_of(key: Role.BuiltIn) -> frozenset[str]:
    """Return what a built-in role starts with."""
    return all_names() if key == Role.BuiltIn.OWNER else frozenset(ROLES[key][1])
