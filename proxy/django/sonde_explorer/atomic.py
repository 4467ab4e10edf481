"""Files that others read at any moment: they see the old content or the new one, whole."""
from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, text: str, mode: int) -> None:
    """Replaces the file; it never exists with other rights than `mode` or less."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f'.{path.name}.')
    try:
        with os.fdopen(handle, 'w', encoding='utf-8') as out:
            out.write(text)
            out.flush()
            os.fchmod(out.fileno(), mode)
            keep_owner(path, out.fileno())
            os.fsync(out.fileno())
        os.replace(part, path)
        sync_folder(path.parent)
    except BaseException:
        os.unlink(part)
        raise


def keep_owner(path: Path, handle: int) -> None:
    """The server's group goes on reading a file that root replaces."""
    if os.geteuid() == 0 and path.exists():
        old = path.stat()
        os.fchown(handle, old.st_uid, old.st_gid)


def sync_folder(folder: Path) -> None:
    """A rename outlasts a power failure only once its folder is on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
