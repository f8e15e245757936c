from django.db import migrations
from django.db.models import F

GIVEN = {
    "owner": ("meetings.read", "meetings.answer", "meetings.propose", "meetings.organise"),
    "organiser": ("meetings.organise",),
    "member": ("meetings.read", "meetings.answer", "meetings.propose"),
}


def let_groups_meet(apps, editor):
    """Groups that were founded before there were meetings: each role may what it starts with today."""
    Role = apps.get_model("groups", "Role")
    RolePermission = apps.get_model("groups", "RolePermission")
    rows = [
        RolePermission(role_id=role, name=name)
        for key, names in GIVEN.items()
        for role in Role.objects.filter(key=key).values_list("pk", flat=True)
        for name in names
    ]
    readers = RolePermission.objects.filter(role__key="anyone", name="topics.read").values_list("role", flat=True)
    rows += [RolePermission(role_id=role, name="meetings.read") for role in readers]
    RolePermission.objects.bulk_create(rows, ignore_conflicts=True)
    apps.get_model("groups", "Group").objects.update(access_version=F("access_version") + 1)


class Migration(migrations.Migration):
    dependencies = [("meetings", "0001_initial"), ("groups", "0010_group_exports")]

    operations = [migrations.RunPython(let_groups_meet, migrations.RunPython.noop)]
