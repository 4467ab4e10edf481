"""manage.py sonde_sync: writes what `sonde serve` reads; it looks for new ones every second."""
from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ...catalog import write_catalog
from ...conf import conf
from ...keys import new_key, read_ring, write_ring
from ...models import Table
from ...uploads import abandon_forgotten


class Command(BaseCommand):
    help = 'Writes catalog.json, and the key ring if there is none; each is replaced at once, never seen in part.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument('--rotate', action='store_true', help='put a new key first, and drop the oldest ones')
        parser.add_argument('--keep', type=int, default=2, help='how many keys are left after --rotate (default 2)')

    def handle(self, *args: Any, rotate: bool = False, keep: int = 2, **options: Any) -> None:
        self.write_keys(rotate, max(1, keep))
        for name in write_catalog():
            self.stderr.write(f'{name}: none of its files is there, so it is left out')
        self.stdout.write(f'{conf().catalog}: {Table.objects.count()} tables')
        if forgotten := abandon_forgotten():
            self.stdout.write(f'{forgotten} uploads that were given up are removed')

    def write_keys(self, rotate: bool, keep: int) -> None:
        path = conf().keys
        ring = read_ring(path) if path.exists() else []
        if ring and not rotate:
            return
        ring = [new_key(ring), *ring][:keep]
        write_ring(path, ring)
        self.stdout.write(f'{path}: {", ".join(key.id for key in ring)}')
