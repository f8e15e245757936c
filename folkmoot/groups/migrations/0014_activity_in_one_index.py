

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('accounts', '0006_names_that_are_gone'),
        ('groups', '0013_closed_with_the_one_above'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='membership',
            name='member_by_activity',
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(condition=models.Q(('left_at', None)), fields=['group', 'active_at', 'joined_at', 'person', 'left_at'], name='member_by_activity'),
        ),
    ]
