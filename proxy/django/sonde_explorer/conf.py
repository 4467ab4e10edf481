"""The site's settings: SONDE = {'ROOT': '/srv/tables', …}. Read anew each time, so that tests may override them."""
from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Callable, Optional

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

MB = 10**6
GB = 10**9


@dataclass(frozen=True)
class Conf:
    #: The folder of tables: the `root` of `sonde serve`.
    root: Path
    #: Key ring, as proxy/src/serve/SIGNING.md describes it; `manage.py sonde_sync` writes it.
    keys: Path
    #: What `sonde_sync` tells the server about tables.
    catalog: Path
    #: Where browsers find the server: a path of this site, or another origin.
    url: str = '/sonde/'
    #: Signs instead of the newest key.
    key_id: Optional[str] = None
    #: Seconds that a signed URL is good for. The page asks for a new one by itself.
    expiry: int = 600
    #: Up to this a table is fetched whole; up to the next one by ranges; beyond, SQL runs on the server.
    whole_bytes: int = 32 * MB
    ranges_bytes: int = 10 * GB
    #: The same limit where a file is CSV: to find any row the browser has to read all of it, twice.
    csv_ranges_bytes: int = 256 * MB
    #: Of uploads: the largest file, the sum of a user's files, the largest request.
    upload_bytes: int = 5 * GB
    quota_bytes: int = 20 * GB
    chunk_bytes: int = 16 * MB
    #: Dotted names of functions (user, table) -> bool and (user) -> bool.
    may_see: str = 'sonde_explorer.access.in_a_group_of_it'
    may_upload: str = 'sonde_explorer.access.has_the_permission_to_add'
    #: Where nginx keeps the server for itself, for X-Accel-Redirect; see the README.
    accel: str = '/_sonde/'

    def function(self, name: str) -> Callable[..., bool]:
        """The function that a setting names."""
        return import_string(getattr(self, name))


def conf() -> Conf:
    given: dict[str, Any] = getattr(settings, 'SONDE', {})
    known = {field.name.upper(): field.name for field in fields(Conf)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ImproperlyConfigured(f'SONDE has no setting {", ".join(unknown)}; there are: {", ".join(known)}')
    missing = [name for name in ('ROOT', 'KEYS', 'CATALOG') if name not in given]
    if missing:
        raise ImproperlyConfigured(f'SONDE lacks {", ".join(missing)}')
    values = {known[name]: value for name, value in given.items()}
    for name in ('root', 'keys', 'catalog'):
        values[name] = Path(values[name])
    return Conf(**values)
