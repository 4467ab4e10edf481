# Tables and uploads.

from django.conf import settings
import django.core.validators
from django.db import migrations, models
import django.db.models.deletion
import sonde_explorer.models
import sonde_explorer.paths
import uuid


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=255)),
                ('bytes', models.BigIntegerField()),
                ('begun', models.DateTimeField(auto_now_add=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['begun'],
            },
        ),
        migrations.CreateModel(
            name='Table',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='in SQL and in addresses', max_length=63, unique=True, validators=[django.core.validators.RegexValidator('^[a-z_][a-z0-9_]{0,62}$', 'a small letter, then small letters, digits and _')])),
                ('title', models.CharField(blank=True, help_text='for people', max_length=200)),
                ('paths', models.TextField(help_text='beneath the root, one a line; of a folder the tables in it', validators=[sonde_explorer.paths.validate_paths])),
                ('format', models.CharField(blank=True, choices=[('csv', 'CSV'), ('parquet', 'Parquet')], help_text='empty: by the name', max_length=10)),
                ('description', models.TextField(blank=True)),
                ('columns', models.JSONField(blank=True, default=dict, help_text='descriptions by name, as JSON', validators=[sonde_explorer.models.validate_columns])),
                ('uploaded_bytes', models.BigIntegerField(default=0, editable=False, help_text='counts towards the quota of its owner')),
                ('groups', models.ManyToManyField(blank=True, help_text='who may see it, beside its owner', related_name='sonde_tables', to='auth.Group')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
    ]
