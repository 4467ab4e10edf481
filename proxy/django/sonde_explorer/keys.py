"""The key ring that this site and the server share: one key a line, newest first; that one signs, all of them verify."""
from __future__ import annotations

import base64
import re
import secrets
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Optional, Sequence

from django.core.exceptions import ImproperlyConfigured

from .atomic import write_atomically

KEY_BYTES = 32
RING_KEYS = 16
KEY_ID = re.compile(r'[A-Za-z0-9_-]{1,32}')
#: How long the server may take to read a ring that was just replaced.
SETTLING_SECONDS = 60


@dataclass(frozen=True)
class Key:
    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f'Key({self.id})'  # tracebacks show arguments


def unpadded_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def read_ring(path: Path) -> list[Key]:
    lines = path.read_text().splitlines()
    keys = [read_key(line, path, number) for number, line in enumerate(lines, 1) if line and not line.startswith('#')]
    if not keys:
        raise ImproperlyConfigured(f'{path} holds no key; run manage.py sonde_sync')
    return keys


def read_key(line: str, path: Path, number: int) -> Key:
    """A malformed line is named by its number only: it may hold a secret."""
    key_id, _, text = line.partition(' ')
    secret = base64.urlsafe_b64decode(text + '=') if re.fullmatch('[A-Za-z0-9_-]{43}', text) else b''
    if not KEY_ID.fullmatch(key_id) or len(secret) != KEY_BYTES:
        raise ImproperlyConfigured(f'{path}, line {number}: not an id, a blank and {KEY_BYTES} bytes in base64url')
    return Key(key_id, secret)


def signing_key(path: Path, key_id: Optional[str] = None, now: Optional[float] = None) -> Key:
    """The key with this id, or the newest one that the server has had time to read."""
    try:
        ring, written = read_ring(path), path.stat().st_mtime
    except FileNotFoundError:
        raise ImproperlyConfigured(f'{path} does not exist; run manage.py sonde_sync') from None
    if key_id is not None:
        return named(ring, key_id, path)
    is_fresh = (time.time() if now is None else now) < written + SETTLING_SECONDS
    return ring[1] if is_fresh and len(ring) > 1 else ring[0]


def named(ring: Sequence[Key], key_id: str, path: Path) -> Key:
    for key in ring:
        if key.id == key_id:
            return key
    raise ImproperlyConfigured(f'{path} holds no key {key_id}')


def new_key(others: Sequence[Key], today: Optional[date] = None) -> Key:
    """Named after the day it was made on."""
    day = (today or date.today()).isoformat()
    taken = {key.id for key in others}
    names = [day, *(f'{day}-{n}' for n in range(2, RING_KEYS + 2))]
    return Key(next(name for name in names if name not in taken), secrets.token_bytes(KEY_BYTES))


def write_ring(path: Path, keys: Sequence[Key]) -> None:
    lines = ['# newest first: that one signs, all of them verify', *(f'{key.id} {unpadded_base64(key.secret)}' for key in keys)]
    write_atomically(path, '\n'.join(lines) + '\n', mode=0o640)
