"""Signed URLs as proxy/src/serve/SIGNING.md defines them; its test vectors are this module's tests."""
from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import Optional, Sequence
from urllib.parse import quote, urlencode

from .conf import conf
from .keys import Key, signing_key, unpadded_base64

METHODS = ('GET', 'HEAD', 'POST', 'DELETE')
READ = ('GET', 'HEAD')
PATHS_MAX, PATH_BYTES, USER_BYTES, TABLES_BYTES = 8, 1024, 128, 2048
CONTROL = re.compile('[\x00-\x1f\x7f]')


def sign(paths: Sequence[str], *, user: str, methods: Sequence[str] = READ, tables: Sequence[str] = (),
         expires: Optional[int] = None, key: Optional[Key] = None) -> str:
    """The query string that opens every path beneath `paths` ("/v1/f/sales") to whoever has it, until `expires`.

    `tables` are names of the catalog, each exactly that table; "/sales" would be the files beneath that folder."""
    settings = conf() if key is None or expires is None else None
    if settings is not None:
        key = key or signing_key(settings.keys, settings.key_id)
        expires = int(time.time()) + settings.expiry if expires is None else expires
    assert key is not None
    judge(paths, user, methods, tables)
    values = [('sig_key', key.id), ('sig_exp', str(expires)), ('sig_methods', ','.join(methods)), ('sig_user', user),
              ('sig_tables', ','.join(tables)), *(('sig_path', path) for path in paths)]
    text = '\n'.join(['sonde1', *(value for _, value in values)])
    signature = hmac.new(key.secret, text.encode(), hashlib.sha256).digest()
    return urlencode([*values, ('sig', unpadded_base64(signature))])


def judge(paths: Sequence[str], user: str, methods: Sequence[str], tables: Sequence[str]) -> None:
    """A value that the server would refuse, or read otherwise than it was meant, is a mistake of the caller's."""
    if not 1 <= len(paths) <= PATHS_MAX:
        raise ValueError(f'one signature has 1 to {PATHS_MAX} paths, not {len(paths)}')
    for path in paths:
        if not is_prefix(path):
            raise ValueError(f'not a path that can be signed: {path!r}')
    if not methods or not set(methods) <= set(METHODS):
        raise ValueError(f'methods are some of {", ".join(METHODS)}, not {methods!r}')
    if not 1 <= len(user.encode()) <= USER_BYTES or CONTROL.search(user):
        raise ValueError(f'not a user that can be signed: {user!r}')
    if len(','.join(tables).encode()) > TABLES_BYTES or not all(map(is_scope, tables)):
        raise ValueError(f'not tables that can be signed: {tables!r}')


def is_scope(item: str) -> bool:
    """The name of a table in the catalog; after a slash the place of a file beneath the root, or of a folder; or "*"."""
    if not item or ',' in item or CONTROL.search(item) or item != item.strip(' '):
        return False
    return not item.startswith('/') or is_prefix(f'/v1/f{item}')


def is_prefix(path: str) -> bool:
    segments = path.split('/')[2:]
    plain = all(segment not in ('', '.', '..') for segment in segments)
    return path.startswith('/v1/') and plain and len(path.encode()) <= PATH_BYTES and not CONTROL.search(path)


def signed_url(path: str, query: str) -> str:
    """Where browsers find a path of the server ("/v1/f/sales/2025.csv"), with the query that `sign` made."""
    return f'{conf().url.rstrip("/")}{quote(path)}?{query}'
