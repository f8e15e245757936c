from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0008_reports_and_sides'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='post',
            index=models.Index(condition=models.Q(('answers__isnull', False)), fields=['answers', 'posted_at'], name='post_answering'),
        ),
    ]
