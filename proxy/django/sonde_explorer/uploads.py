"""Files that users bring: in pieces, resumable, written beneath the root and seen there only when they are whole.

A part lies in ROOT/.uploads, which the server shows to nobody (no path segment may begin with a dot), on the same file
system as its place, so that a link and not a copy makes it visible.
"""
from __future__ import annotations

import fcntl
import os
import re
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, BinaryIO

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Sum
from django.db.models.signals import post_delete
from django.dispatch import receiver

from .atomic import sync_folder
from .conf import conf
from .models import TITLE_LENGTH, Table, Upload
from .paths import FILE_NAME, format_of, validate_path
from .refused import Refused

READ_BYTES = 1 << 20
NAME_LENGTH = 50
#: Whole files, each in a folder of its owner's.
UPLOADED = 'uploads'
#: Given up by their users.
FORGOTTEN = timedelta(days=7)


def begin(user: Any, name: str, size: int) -> Upload:
    judge_name(name)
    settings = conf()
    if not 0 < size <= settings.upload_bytes:
        raise Refused(413, 'too_large', f'a file may have 1 to {settings.upload_bytes} bytes')
    if os.path.lexists(place_of(user, name)):
        raise Refused(409, 'exists', f'there is a file {name} of yours already')
    with transaction.atomic():
        lock(user)
        if used_bytes(user) + size > settings.quota_bytes:
            raise Refused(413, 'quota', f'with it your files would have more than {settings.quota_bytes} bytes')
        upload = Upload.objects.create(owner=user, name=name, bytes=size)
        make_part(upload)
    return upload


def lock(user: Any) -> None:
    """One at a time counts what is left of a quota. An update that changes nothing: a select locks nothing in SQLite."""
    name = user.USERNAME_FIELD
    get_user_model()._default_manager.filter(pk=user.pk).update(**{name: F(name)})


def judge_name(name: str) -> None:
    try:
        validate_path(name)
    except ValidationError:
        raise Refused(400, 'name', 'not a name of a file') from None
    if '/' in name or not format_of(name):
        raise Refused(400, 'name', 'a file of a table ends in .csv, .tsv, .txt or .parquet, and .gz or .zst behind that')


def used_bytes(user: Any) -> int:
    """What is there, and what was announced."""
    there = Table.objects.filter(owner=user).aggregate(sum=Sum('uploaded_bytes'))['sum'] or 0
    announced = Upload.objects.filter(owner=user).aggregate(sum=Sum('bytes'))['sum'] or 0
    return there + announced


def make_part(upload: Upload) -> None:
    part = part_of(upload)
    part.parent.mkdir(mode=0o700, exist_ok=True)
    if shutil.disk_usage(part.parent).free < upload.bytes:
        raise Refused(507, 'disk_full', 'the disk has no room for it')
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640))


def part_of(upload: Upload) -> Path:
    return parts_folder() / str(upload.id)


def parts_folder() -> Path:
    return conf().root / '.uploads'


def place_of(user: Any, name: str) -> Path:
    return conf().root / UPLOADED / str(user.pk) / name


def offset_of(upload: Upload) -> int:
    return part_of(upload).stat().st_size


def append(upload: Upload, offset: int, body: BinaryIO, length: int) -> int:
    """Writes the next `length` bytes; answers how many there are now. Those of a broken request stay."""
    if length > conf().chunk_bytes:
        raise Refused(413, 'too_large', f'a piece may have up to {conf().chunk_bytes} bytes')
    with open(part_of(upload), 'ab', opener=open_existing) as part:
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(409, 'busy', 'another piece of it is being written') from None
        there = os.fstat(part.fileno()).st_size
        if offset != there or there + length > upload.bytes:
            raise Refused(409, 'offset', f'{there} of {upload.bytes} bytes are there')
        copy(body, part, length)
        part.flush()
        return os.fstat(part.fileno()).st_size


def open_existing(path: str, flags: int) -> int:
    """An upload that was given up a moment ago does not come back."""
    return os.open(path, flags & ~os.O_CREAT | os.O_NOFOLLOW)


def copy(body: BinaryIO, part: BinaryIO, length: int) -> None:
    while length > 0:
        piece = body.read(min(length, READ_BYTES))
        if not piece:
            return
        part.write(piece)
        length -= len(piece)


def finish(upload: Upload) -> Table:
    """Makes the whole file visible, as a table of its owner's. A file that took its place meanwhile is not replaced."""
    part, place = part_of(upload), place_of(upload.owner, upload.name)
    with open(part, 'rb') as whole:
        os.fsync(whole.fileno())
    place.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    with transaction.atomic():
        table = Table.objects.create(
            name=free_name(upload.name), title=upload.name[:TITLE_LENGTH], owner=upload.owner, uploaded_bytes=upload.bytes,
            paths=place.relative_to(conf().root).as_posix())
        upload.delete()
        try:
            os.link(part, place)
        except FileExistsError:
            raise Refused(409, 'exists', f'there is a file {upload.name} of yours already') from None
    part.unlink()
    sync_folder(place.parent)
    return table


def free_name(file_name: str) -> str:
    """A name for SQL: "Sales 2025.csv" is sales_2025, or sales_2025_2 when there is one."""
    found = FILE_NAME.fullmatch(file_name)
    stem = found['stem'] if found else file_name
    words = re.sub('[^a-z0-9]+', '_', stem.lower()).strip('_')[:NAME_LENGTH]
    name = words if re.match('[a-z]', words) else f'table_{words}'.rstrip('_')
    taken = {*Table.objects.filter(name__startswith=name).values_list('name', flat=True), *names_in_root()}
    return next(each for each in (name, *(f'{name}_{n}' for n in range(2, len(taken) + 3))) if each not in taken)


def names_in_root() -> set[str]:
    """What the server calls files that are in no catalogue. Who could take such a name could read them."""
    return {entry.split('.')[0].lower() for entry in os.listdir(conf().root)}


def abandon(upload: Upload) -> None:
    part_of(upload).unlink(missing_ok=True)
    upload.delete()


def abandon_forgotten() -> int:
    """Uploads that nobody has gone on with for a week, and parts of users who are gone."""
    since = datetime.now(timezone.utc) - FORGOTTEN
    old = [upload for upload in Upload.objects.all() if last_touched(upload) < since]
    for upload in old:
        abandon(upload)
    left = [part for part in parts_without_upload() if touched(part) < since]
    for part in left:
        part.unlink(missing_ok=True)
    return len(old) + len(left)


def parts_without_upload() -> list[Path]:
    there = list(parts_folder().glob('*'))  # first: an upload that begins meanwhile is known
    known = {str(pk) for pk in Upload.objects.values_list('pk', flat=True)}
    return [part for part in there if part.name not in known]


def last_touched(upload: Upload) -> datetime:
    try:
        return touched(part_of(upload))
    except FileNotFoundError:
        return upload.begun


def touched(part: Path) -> datetime:
    return datetime.fromtimestamp(part.stat().st_mtime, timezone.utc)


@receiver(post_delete, sender=Table)
def remove_file(instance: Table, **kwargs: Any) -> None:
    """What counted towards a quota goes with its table; other files stay, though its paths were changed to them."""
    if instance.uploaded_bytes and instance.paths.startswith(f'{UPLOADED}/'):
        file = conf().root / instance.paths
        transaction.on_commit(lambda: file.unlink(missing_ok=True))
