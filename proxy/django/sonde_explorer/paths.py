"""Paths beneath the root: what may be one, and which files it stands for."""
from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from django.core.exceptions import ValidationError

FORMATS = {'csv': 'csv', 'tsv': 'csv', 'txt': 'csv', 'parquet': 'parquet', 'parq': 'parquet', 'pq': 'parquet'}
FILE_NAME = re.compile(rf'(?P<stem>.+)\.(?P<kind>{"|".join(FORMATS)})(\.(?P<packed>gz|zst))?', re.IGNORECASE)
CONTROL = re.compile('[\x00-\x1f\x7f]')
SEGMENT_BYTES = 255


def validate_path(path: str) -> None:
    """As the server has it: relative, no empty segment, none that begins with a dot, no backslash, no control character."""
    segments = path.split('/')
    plain = all(segment and not segment.startswith('.') and len(segment.encode()) <= SEGMENT_BYTES for segment in segments)
    if not plain or '\\' in path or CONTROL.search(path):
        raise ValidationError('%(path)s: not a path beneath the root', params={'path': ascii(path)})


def validate_paths(text: str) -> None:
    """One path a line."""
    if not text.strip():
        raise ValidationError('at least one path is needed')
    for path in text.splitlines():
        validate_path(path)


def format_of(name: str) -> str:
    """"csv" or "parquet", by the end of a file's name; "" for others."""
    found = FILE_NAME.fullmatch(name)
    return FORMATS[found['kind'].lower()] if found else ''


def is_packed(name: str) -> bool:
    found = FILE_NAME.fullmatch(name)
    return bool(found and found['packed'])


@dataclass(frozen=True)
class File:
    #: From the root, with slashes.
    path: str
    bytes: int

    @property
    def name(self) -> str:
        return self.path.rpartition('/')[2]


def files_at(root: Path, path: str) -> Iterator[File]:
    """The file, or the tables directly in the folder, by their names. Links lead nowhere: the server follows none."""
    validate_path(path)
    if any((root / part).is_symlink() for part in prefixes(path)):
        return
    try:
        found = os.stat(root / path, follow_symlinks=False)
    except FileNotFoundError:
        return
    if stat.S_ISREG(found.st_mode):
        yield File(path, found.st_size)
    elif stat.S_ISDIR(found.st_mode):
        yield from tables_in(root, path)


def prefixes(path: str) -> list[str]:
    segments = path.split('/')
    return ['/'.join(segments[:n]) for n in range(1, len(segments) + 1)]


def tables_in(root: Path, folder: str) -> Iterator[File]:
    with os.scandir(root / folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith('.') and format_of(entry.name):
                yield File(f'{folder}/{entry.name}', entry.stat(follow_symlinks=False).st_size)
