from django.db import migrations, models

from folkmoot.store import search

AT_ONCE = 500


def fill(apps, editor):
    """Index all posts again: the words are cut otherwise now."""
    posts = apps.get_model("conversations", "Post").objects.filter(removed_at=None)
    rows = posts.order_by("pk").values_list("pk", "channel_id", "title", "body")
    some = list(rows[:AT_ONCE])
    while some:
        search.index(some)
        some = list(rows.filter(pk__gt=some[-1][0])[:AT_ONCE])


class Migration(migrations.Migration):

    dependencies = [("conversations", "0003_board")]

    operations = [
        migrations.AddIndex(
            model_name="post",
            index=models.Index(fields=["channel", "posted_at", "id"], name="post_by_channel"),
        ),
        migrations.RunPython(search.drop, search.create),
        migrations.RunPython(search.create, search.drop),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
