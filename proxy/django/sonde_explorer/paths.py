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
#: Control characters, what str.splitlines takes for the end of a line, and halves of characters, which no file system has.
UNFIT = re.compile('[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
SEGMENT_BYTES = 255


def validate_path(path: str) -> None:
    """As the server has it: relative, no empty segment, none that begins with a dot, no backslash, no control character."""
    if '\\' in path or UNFIT.search(path) or not all(map(is_plain, path.split('/'))):
        raise ValidationError('%(path)s: not a path beneath the root', params={'path': ascii(path)})


def is_plain(segment: str) -> bool:
    return 0 < len(segment.encode()) <= SEGMENT_BYTES and not segment.startswith('.')


def lines_of(text: str) -> list[str]:
    """One path a line, as people and browsers end it. What else str.splitlines ends a line at may stand in a name."""
    return text.replace('\r\n', '\n').rstrip('\n').split('\n')


def validate_paths(text: str) -> None:
    if not text.strip():
        raise ValidationError('at least one path is needed')
    for path in lines_of(text):
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
    for entry in shown_in(root, folder):
        if is_table(entry):
            yield File(f'{folder}/{entry.name}', entry.stat(follow_symlinks=False).st_size)


def shown_in(root: Path, folder: str) -> list[os.DirEntry[str]]:
    """What the server shows to whoever may see the folder."""
    with os.scandir(root / folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith('.') and not entry.is_symlink()]
    return sorted(shown, key=lambda each: each.name)


def is_table(entry: os.DirEntry[str]) -> bool:
    return entry.is_file(follow_symlinks=False) and bool(format_of(entry.name))


def places_at(root: Path, path: str) -> list[str]:
    """What has to be signed for the files at a path, and for nothing beside them: a folder that holds more is not."""
    files = [file.path for file in files_at(root, path)]
    if not files or files == [path]:
        return files
    return [path] if all(map(is_table, shown_in(root, path))) else files
