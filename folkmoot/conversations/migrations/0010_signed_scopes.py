from django.db import migrations

from folkmoot.store import search


class Migration(migrations.Migration):

    dependencies = [("conversations", "0009_answering")]

    operations = [migrations.RunPython(search.sign_scopes, migrations.RunPython.noop)]
