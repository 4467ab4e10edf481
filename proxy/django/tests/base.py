"""A root in a folder of its own, keys, two users of two groups."""
import shutil
import tempfile
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, User
from django.test import TestCase, override_settings

from sonde_explorer.keys import Key, write_ring
from sonde_explorer.models import Table

KEY = Key('2026-11', bytes(range(32)))


class SiteTest(TestCase):
    """`alice` may see `sales`; `bob` may not."""

    def setUp(self) -> None:
        self.work = Path(tempfile.mkdtemp(prefix='sonde-django-'))
        self.addCleanup(shutil.rmtree, self.work)
        self.root = self.work / 'root'
        self.root.mkdir()
        self.change_settings()
        write_ring(self.work / 'keys', [KEY])
        self.alice, self.bob = (User.objects.create_user(name, password=name) for name in ('alice', 'bob'))
        self.sellers = Group.objects.create(name='sellers')
        self.alice.groups.add(self.sellers)
        self.put('sales/2024.csv', b'a,b\n1,2\n')
        self.put('sales/2025.csv', b'a,b\n3,4\n5,6\n')
        self.sales = self.make_table('sales', 'sales', groups=[self.sellers])
        self.client.force_login(self.alice)

    def change_settings(self, **changes: Any) -> None:
        given = {'ROOT': self.root, 'KEYS': self.work / 'keys', 'CATALOG': self.work / 'catalog.json', **changes}
        override = override_settings(SONDE=given)
        override.enable()
        self.addCleanup(override.disable)

    def put(self, path: str, content: bytes) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_bytes(content)

    def make_table(self, name: str, paths: str, groups: Any = (), **fields: Any) -> Table:
        table = Table.objects.create(name=name, paths=paths, **fields)
        table.groups.set(groups)
        return table
