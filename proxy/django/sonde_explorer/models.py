"""Tables, and uploads that are not whole yet."""
from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.functional import cached_property

from .conf import conf
from .paths import File, files_at, format_of, lines_of, places_at, validate_paths

#: Without quotes in SQL, and as it stands in URLs and signatures.
validate_name = RegexValidator(r'^[a-z_][a-z0-9_]{0,62}$', 'a small letter, then small letters, digits and _')
TITLE_LENGTH = 200


def validate_columns(columns: Any) -> None:
    """Descriptions by the names of columns."""
    texts = isinstance(columns, dict) and all(isinstance(text, str) for text in columns.values())
    if not texts:
        raise ValidationError('an object is needed, e.g. {"fare": "in euros, with tax"}')


class Table(models.Model):
    name = models.CharField(max_length=63, unique=True, validators=[validate_name], help_text='in SQL and in addresses')
    title = models.CharField(max_length=TITLE_LENGTH, blank=True, help_text='for people')
    paths = models.TextField(validators=[validate_paths], help_text='beneath the root, one a line; of a folder the tables in it')
    format = models.CharField(max_length=10, blank=True, choices=[('csv', 'CSV'), ('parquet', 'Parquet')], help_text='empty: by the name')
    description = models.TextField(blank=True)
    columns = models.JSONField(default=dict, blank=True, validators=[validate_columns], help_text='descriptions by name, as JSON')
    groups = models.ManyToManyField(Group, blank=True, related_name='sonde_tables', help_text='who may see it, beside its owner')
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name='+')
    uploaded_bytes = models.BigIntegerField(default=0, editable=False, help_text='counts towards the quota of its owner')

    class Meta:
        ordering = ['name']

    def __str__(self) -> str:
        return self.title or self.name

    @property
    def path_list(self) -> list[str]:
        return lines_of(self.paths)

    def files(self) -> list[File]:
        """As they are on disk now, in the order in which they make up the table."""
        root = conf().root
        return [file for path in self.path_list for file in files_at(root, path)]

    @cached_property
    def places(self) -> list[str]:
        """Of its files, what a signature names: files, and folders that hold nothing else."""
        return [place for path in self.path_list for place in places_at(conf().root, path)]

    def known_format(self) -> str:
        files = self.files()
        return self.format or (format_of(files[0].name) if files else '')


class Upload(models.Model):
    """A file on its way. How much of it is there, the file itself says."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name='+')
    name = models.CharField(max_length=255)
    bytes = models.BigIntegerField()
    begun = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ['begun']
