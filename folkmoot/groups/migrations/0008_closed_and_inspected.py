from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("groups", "0007_what_came_with_a_duty")]

    operations = [
        migrations.AddField("group", "closed_why", models.CharField(blank=True, max_length=500, default=""), preserve_default=False),
        migrations.AddField("inspection", "ended_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "inspection",
            models.UniqueConstraint(
                fields=["group", "administrator"],
                condition=models.Q(ended_at=None),
                name="one_inspection_of_a_group_each",
            ),
        ),
    ]
