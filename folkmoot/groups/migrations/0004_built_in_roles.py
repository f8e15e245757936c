from django.db import migrations

KEYS = {"anyone": "anyone", "signed in": "signed_in", "member": "member", "owner": "owner"}
NEW = {  # key: audience, permissions
    "inside": ("inside", ()),
    "partner": ("partner", ()),
    "customer": ("customer", ()),
    "outside": ("outside", ()),
    "moderator": ("", ("topics.tend", "topics.moderate", "letters.moderate", "people.sanction", "history.read")),
    "organiser": ("", ()),
    "support": ("", ("topics.tend",)),
    "editor": ("", ("topics.tend",)),
}
OWNERS_ALSO = (
    "subgroups.manage",
    "roles.manage",
    "duties.manage",
    "history.read",
    "members.addresses",
    "people.sanction",
    "topics.tend",
)


def complete_roles(apps, editor):
    """Groups founded before have four roles without keys; give them theirs and the built-in roles they lack."""
    Group, Role, RolePermission = (apps.get_model("groups", name) for name in ("Group", "Role", "RolePermission"))
    for name, key in KEYS.items():
        Role.objects.filter(name=name, key="").update(key=key, name=key)
    owners = Role.objects.filter(key="owner").values_list("pk", flat=True)
    hold(RolePermission, [(role, name) for role in owners for name in OWNERS_ALSO])
    for key, (audience, permissions) in NEW.items():
        without = Group.objects.exclude(roles__key=key).values_list("pk", flat=True)
        Role.objects.bulk_create([Role(group_id=pk, key=key, name=key, audience=audience) for pk in without])
        roles = Role.objects.filter(key=key).values_list("pk", flat=True)
        hold(RolePermission, [(role, name) for role in roles for name in permissions])


def hold(RolePermission, pairs):  # noqa: N803 - a class
    rows = [RolePermission(role_id=role, name=name) for role, name in pairs]
    RolePermission.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("groups", "0003_governing")]

    operations = [migrations.RunPython(complete_roles, migrations.RunPython.noop)]
