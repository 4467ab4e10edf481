"""The three ways to open a table, and which of them fits its size."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

from django.utils.translation import gettext as _

from .conf import Conf
from .paths import File, is_packed


@dataclass(frozen=True)
class Ways:
    #: "whole": fetched once, then all happens in the browser; "ranges": the bytes that are looked at; "server": answers.
    best: str
    #: For people.
    reason: str
    possible: Sequence[str]


def ways_of(files: Sequence[File], conf: Conf) -> Ways:
    total = sum(file.bytes for file in files)
    packed = any(is_packed(file.name) for file in files)
    possible = ['whole', 'server'] if packed else ['whole', 'ranges', 'server']
    scanned = not packed and not all(file.name.lower().endswith('.parquet') for file in files)
    best, reason = best_way(total, packed, scanned, conf)
    return Ways(best, reason, possible)


def size_text(size: int) -> str:
    """As the explorer writes it (formatBytes in web/src/model/format.ts): a MB is 1,000,000 bytes."""
    amount, units = float(size), ['bytes', 'kB', 'MB', 'GB', 'TB']
    while amount >= 999.5 and len(units) > 1:
        amount, units = amount / 1000, units[1:]
    is_whole = amount == size or amount >= 99.5
    return f'{amount:.{0 if is_whole else 1}f} {units[0]}'


def best_way(total: int, packed: bool, scanned: bool, conf: Conf) -> tuple[str, str]:
    size = size_text(total)
    if total <= conf.whole_bytes:
        return 'whole', _('%(size)s is little: it is fetched once, and everything else happens in your browser.') % {'size': size}
    if scanned and total > conf.csv_ranges_bytes:
        return 'server', _('%(size)s of CSV: to find its rows all of it would have to travel, so questions are answered on the server.') % {'size': size}
    if total > conf.ranges_bytes:
        return 'server', _('%(size)s is too much to travel: questions are answered on the server; only answers travel.') % {'size': size}
    if packed:
        return 'whole', _('%(size)s, compressed: it can only be unpacked from its beginning, so it is fetched whole.') % {'size': size}
    return 'ranges', _('%(size)s is much: your browser fetches the parts of it that it needs.') % {'size': size}
