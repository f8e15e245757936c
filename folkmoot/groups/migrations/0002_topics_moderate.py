from django.db import migrations


def let_owners_moderate(apps, editor):
    """Groups founded before moderators had a board to look after: whoever moderates letters moderates topics."""
    RolePermission = apps.get_model("groups", "RolePermission")
    roles = RolePermission.objects.filter(name="letters.moderate").values_list("role_id", flat=True)
    RolePermission.objects.bulk_create(
        [RolePermission(role_id=role_id, name="topics.moderate") for role_id in roles], ignore_conflicts=True
    )


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]

    operations = [migrations.RunPython(let_owners_moderate, migrations.RunPython.noop)]
