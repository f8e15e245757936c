from django.db import migrations

from folkmoot.store import search


class Migration(migrations.Migration):

    dependencies = [("conversations", "0007_drafts_thrown_away")]

    operations = [migrations.RunPython(search.sign_scopes, migrations.RunPython.noop)]
