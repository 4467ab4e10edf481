"""What the explorer in a page is told of a table: its files with signed addresses, the ways to open it, where SQL goes."""
from __future__ import annotations

from typing import Any, Optional
from urllib.parse import urlencode

from django.urls import reverse

from .access import User
from .conf import conf
from .models import Table
from .paths import File
from .signing import METHODS, PATHS_MAX, READ, sign, signed_url
from .ways import ways_of


def offer(table: Table, user: User) -> dict[str, Any]:
    files = table.files()
    ways = ways_of(files, conf())
    return {
        'name': table.name, 'title': str(table), 'description': table.description, 'format': table.known_format(),
        'bytes': sum(file.bytes for file in files),
        'files': [{'name': file.name, 'bytes': file.bytes, **address(table, user, file)} for file in files],
        'sql': address(table, user, None),
        'way': ways.best, 'reason': ways.reason, 'ways': list(ways.possible),
    }


def address(table: Table, user: User, file: Optional[File]) -> dict[str, str]:
    """A signed URL, and where the page gets the next one."""
    refresh = reverse('sonde_explorer:sign', args=[table.name])
    if file is None:
        return {'url': sql_url(table, user), 'refresh': refresh}
    return {'url': file_url(table, user, file), 'refresh': f'{refresh}?{urlencode({"file": file.path})}'}


def file_url(table: Table, user: User, file: File) -> str:
    """One signature opens all files of a table, unless they lie in too many places. It opens nothing else."""
    places = table.places
    paths = places if len(places) <= PATHS_MAX else [file.path]
    return signed_url(f'/v1/f/{file.path}', sign([f'/v1/f/{path}' for path in paths], user=signed_user(user), methods=READ))


def sql_url(table: Table, user: User) -> str:
    paths = ['/v1/sql', '/v1/queries', f'/v1/tables/{table.name}']
    return signed_url('/v1/sql', sign(paths, user=signed_user(user), methods=METHODS, tables=[table.name]))


def signed_user(user: User) -> str:
    """A number and no name: it stands in addresses and in the server's log."""
    return str(user.pk)
