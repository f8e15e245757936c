"""Who left is named in the reader's language from now on: in the table their name is empty."""

from django.db import migrations
from django.db.models import Q


def empty(apps, schema_editor):
    left = Q(erased_at__isnull=False) | Q(merged_into__erased_at__isnull=False)
    apps.get_model("accounts", "Person").objects.filter(left, name="Somebody who left").update(name="")


class Migration(migrations.Migration):

    dependencies = [("accounts", "0005_mail_trouble")]

    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
