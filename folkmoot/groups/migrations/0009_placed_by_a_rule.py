import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0008_closed_and_inspected")]

    operations = [
        migrations.AddField(
            "membership",
            "placed_by",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="placed", to="groups.placementrule"
            ),
        ),
    ]
