from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from .catalog import write_catalog
from .conf import conf
from .models import Table, Upload
from .ways import size_text, ways_of


@admin.register(Table)
class TableAdmin(admin.ModelAdmin):
    list_display = ['name', 'title', 'known_format', 'size', 'way', 'who', 'owner']
    list_filter = ['groups']
    search_fields = ['name', 'title', 'description']
    filter_horizontal = ['groups']
    raw_id_fields = ['owner']
    readonly_fields = ['uploaded_bytes']
    actions = ['write_catalog']

    def get_queryset(self, request: HttpRequest) -> QuerySet[Table]:
        return super().get_queryset(request).prefetch_related('groups')

    def size(self, table: Table) -> str:
        files = table.files()
        return size_text(sum(file.bytes for file in files)) if files else 'no files'

    def way(self, table: Table) -> str:
        return ways_of(table.files(), conf()).best

    def who(self, table: Table) -> str:
        return ', '.join(group.name for group in table.groups.all()) or '–'

    @admin.action(description='Write catalog.json of all tables')
    def write_catalog(self, request: HttpRequest, queryset: Any) -> None:
        missing = write_catalog()
        if missing:
            self.message_user(request, f'Written without {", ".join(missing)}, whose files are missing.', messages.WARNING)
        else:
            self.message_user(request, f'{conf().catalog} is written; the server takes it up within a second.')


@admin.register(Upload)
class UploadAdmin(admin.ModelAdmin):
    list_display = ['name', 'owner', 'bytes', 'begun']

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
