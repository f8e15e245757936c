"""Who has written in a group before activity was noted is active since their newest post there."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Membership = apps.get_model("groups", "Membership")
    Post = apps.get_model("conversations", "Post")
    theirs = Post.objects.filter(author=OuterRef("person"), channel__group=OuterRef("group"))
    newest = theirs.order_by("-posted_at").values("posted_at")[:1]
    Membership.objects.filter(active_at=None, left_at=None).update(active_at=Subquery(newest))
    Membership.objects.exclude(active_at=None).filter(active_by="").update(active_by="spoke")


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0011_old_channels"),
        ("groups", "0004_built_in_roles"),
    ]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
