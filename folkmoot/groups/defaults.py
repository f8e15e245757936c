"""What a group starts with: settings by its type, permissions by its visibility."""

from folkmoot.groups.models import Group, Role

SETTINGS: dict[str, dict[str, str]] = {
    Group.Type.SOCIAL: {"visibility": "public", "joining": "open"},
    Group.Type.INTEREST: {"visibility": "public", "joining": "open"},
    Group.Type.PRODUCT: {"visibility": "public", "joining": "open"},
    Group.Type.COMPANY: {"visibility": "hidden", "joining": "invitation", "proof": "pass"},
}

OWNER = "owner"
ROLES: dict[str, tuple[str, tuple[str, ...]]] = {  # name: audience, permissions
    "anyone": (Role.Audience.ANYONE, ()),
    "signed in": (Role.Audience.SIGNED_IN, ()),
    "member": (Role.Audience.MEMBERS, ("topics.read", "topics.post", "members.read")),
    OWNER: (Role.Audience.GRANTED, ("group.manage", "members.manage", "letters.moderate", "topics.moderate")),
}

PUBLIC = ("topics.read",)  # what anyone may in a group that is visible to all
