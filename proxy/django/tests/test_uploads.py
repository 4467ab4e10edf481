"""Uploads: in pieces, resumed, within limits, never visible in part."""
import os
from datetime import datetime, timedelta
from io import StringIO
from typing import Any, Optional
from unittest import mock

from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from sonde_explorer.models import Table, Upload
from sonde_explorer.upload_views import receive
from sonde_explorer.uploads import abandon

from .base import SiteTest

#: Where str.splitlines ends a line.
LINE_ENDS = '\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029'


class UploadTest(SiteTest):
    def setUp(self) -> None:
        super().setUp()
        self.alice.user_permissions.add(Permission.objects.get(codename='add_upload'))

    def begin(self, name: str = 'Trips 2025.csv', size: int = 10, client: Optional[Client] = None) -> Any:
        return (client or self.client).post('/tables/api/uploads/', {'name': name, 'bytes': size}, content_type='application/json')

    def send(self, where: str, offset: Any, data: bytes, client: Optional[Client] = None) -> Any:
        return (client or self.client).patch(f'{where}?offset={offset}', data, content_type='application/octet-stream')

    def upload(self, name: str, data: bytes) -> Any:
        return self.send(self.begin(name, len(data)).json()['url'], 0, data)

    def codes(self, answer: Any) -> tuple:
        return answer.status_code, answer.json()['code']

    def visible(self) -> list:
        """What the server would show: all but what begins with a dot."""
        found = []
        for folder, folders, files in os.walk(self.root):
            folders[:] = [name for name in folders if not name.startswith('.')]
            found += [os.path.relpath(os.path.join(folder, name), self.root) for name in files]
        return sorted(set(found) - {'sales/2024.csv', 'sales/2025.csv'})

    def parts(self) -> list:
        folder = self.root / '.uploads'
        return os.listdir(folder) if folder.exists() else []


class Uploads(UploadTest):
    def test_in_pieces_become_a_table_of_their_owner(self) -> None:
        where = self.begin().json()['url']
        self.assertEqual(self.send(where, 0, b'a,b\n1').json(), {'offset': 5, 'bytes': 10})
        self.assertEqual(self.visible(), [])
        self.assertEqual(self.send(where, 5, b',2\n3,').json(), {
            'offset': 10, 'bytes': 10, 'table': 'trips_2025', 'page': '/tables/trips_2025/'})
        place = f'uploads/{self.alice.pk}/Trips 2025.csv'
        self.assertEqual(self.visible(), [place])
        self.assertEqual((self.root / place).read_bytes(), b'a,b\n1,2\n3,')
        self.assertEqual((self.root / place).stat().st_mode & 0o007, 0)
        self.assertEqual(self.client.get('/tables/api/tables/trips_2025/').json()['bytes'], 10)
        self.client.force_login(self.bob)
        self.assertEqual(self.client.get('/tables/api/tables/trips_2025/').status_code, 404)
        self.assertEqual((self.parts(), Upload.objects.count()), ([], 0))

    def test_go_on_where_they_broke_off(self) -> None:
        where = self.begin().json()['url']
        with mock.patch('sonde_explorer.uploads.copy', side_effect=lambda body, part, length: part.write(body.read(3))):
            self.assertEqual(self.send(where, 0, b'0123456').json()['offset'], 3)
        self.assertEqual(self.codes(self.send(where, 7, b'789')), (409, 'offset'))
        self.assertEqual(self.client.get(where).json(), {'offset': 3, 'bytes': 10})
        self.assertEqual(self.send(where, 3, b'3456789').json()['table'], 'trips_2025')
        self.assertEqual((self.root / f'uploads/{self.alice.pk}/Trips 2025.csv').read_bytes(), b'0123456789')

    def test_that_were_whole_but_not_finished_are_finished_when_asked(self) -> None:
        where = self.begin().json()['url']
        with mock.patch('sonde_explorer.uploads.os.link', side_effect=OSError('power failure')), self.assertRaises(OSError):
            self.send(where, 0, b'0123456789')
        self.assertEqual((self.visible(), Table.objects.count()), ([], 1))
        self.assertEqual(self.client.get(where).json()['table'], 'trips_2025')

    def test_can_be_given_up(self) -> None:
        where = self.begin().json()['url']
        self.assertEqual(self.client.delete(where).status_code, 204)
        self.assertEqual((self.parts(), Upload.objects.count()), ([], 0))
        self.assertEqual(self.client.get(where).status_code, 404)

    def test_that_are_given_up_meanwhile_do_not_come_back(self) -> None:
        where = self.begin().json()['url']
        upload = Upload.objects.get()
        with mock.patch('sonde_explorer.upload_views.receive', side_effect=lambda request, found: (abandon(upload), receive(request, found))[1]):
            self.assertEqual(self.codes(self.send(where, 0, b'01234')), (404, 'no_upload'))
        self.assertEqual(self.parts(), [])

    def test_take_no_more_than_was_announced(self) -> None:
        where = self.begin(size=4).json()['url']
        self.assertEqual(self.codes(self.send(where, 0, b'12345')), (409, 'offset'))
        self.assertEqual(self.client.get(where).json()['offset'], 0)

    def test_names_stay_in_their_folder(self) -> None:
        for name in ('../a.csv', 'a/b.csv', '/etc/a.csv', '.a.csv', '', 'a\\b.csv', 'a\nb.csv', 'a\x00.csv', 'a' * 252 + '.csv', 'a.exe', '.csv', 'csv', '\ud800.csv'):
            self.assertEqual(self.codes(self.begin(name)), (400, 'name'), ascii(name))
        self.assertEqual(self.parts(), [])

    def test_a_name_that_ends_a_line_opens_no_other_file(self) -> None:
        self.put('board.csv', b'secret')
        for end in LINE_ENDS:
            with self.subTest(ascii(end)):
                self.assertEqual(self.codes(self.begin(f'a{end}board.csv')), (400, 'name'))

    def test_malformed_requests_are_refused(self) -> None:
        for body in ('', '[]', '{"name": "a.csv"}', '{"name": 1, "bytes": 2}', '{"name": "a.csv", "bytes": true}', '{"name": "a.csv", "bytes": "1"}', '[' * 100000):
            answer = self.client.post('/tables/api/uploads/', body, content_type='application/json')
            self.assertEqual(self.codes(answer), (400, 'malformed'), body[:40])
        where = self.begin().json()['url']
        for offset in ('', '-1', 'x', '1.5', '9' * 5000):
            self.assertEqual(self.codes(self.send(where, offset, b'1')), (400, 'malformed'), offset[:40])

    def test_files_are_not_replaced(self) -> None:
        self.assertEqual(self.upload('a.csv', b'1').status_code, 200)
        self.assertEqual(self.codes(self.begin('a.csv')), (409, 'exists'))

    def test_of_two_at_once_the_first_stays(self) -> None:
        first, second = (self.begin('a.csv', 1).json()['url'] for _ in range(2))
        self.assertEqual(self.send(first, 0, b'1').status_code, 200)
        self.assertEqual(self.codes(self.send(second, 0, b'2')), (409, 'exists'))
        self.assertEqual((self.root / f'uploads/{self.alice.pk}/a.csv').read_bytes(), b'1')
        self.assertEqual(Table.objects.filter(owner=self.alice).count(), 1)

    def test_names_for_sql_differ(self) -> None:
        names = [self.upload(name, b'1').json()['table'] for name in ('Umsatz (neu).csv', 'umsatz-neu.csv.gz', '2025.parquet', 'ä.csv')]
        self.assertEqual(names, ['umsatz_neu', 'umsatz_neu_2', 'table_2025', 'table'])

    def test_long_names_fit(self) -> None:
        table = Table.objects.get(name=self.upload('b' * 251 + '.csv', b'1').json()['table'])
        table.full_clean()
        self.assertEqual([file.bytes for file in table.files()], [1])

    def test_names_of_what_lies_in_the_root_are_not_taken(self) -> None:
        self.put('Salaries/2025.csv', b'secret')
        self.put('board.parquet', b'secret')
        names = [self.upload(name, b'1').json()['table'] for name in ('salaries.csv', 'Board.csv')]
        self.assertEqual(names, ['salaries_2', 'board_2'])


class Limits(UploadTest):
    def test_of_a_file_and_a_piece(self) -> None:
        self.change_settings(UPLOAD_BYTES=20, CHUNK_BYTES=8)
        self.assertEqual(self.codes(self.begin(size=21)), (413, 'too_large'))
        self.assertEqual(self.codes(self.begin(size=0)), (413, 'too_large'))
        where = self.begin(size=20).json()['url']
        self.assertEqual(self.codes(self.send(where, 0, b'123456789')), (413, 'too_large'))

    def test_a_quota_counts_what_is_there_and_what_was_announced(self) -> None:
        self.change_settings(QUOTA_BYTES=20)
        self.upload('a.csv', b'12345678')
        where = self.begin('b.csv', 8).json()['url']
        self.assertEqual(self.codes(self.begin('c.csv', 5)), (413, 'quota'))
        self.client.delete(where)
        self.assertEqual(self.begin('c.csv', 5).status_code, 201)

    def test_a_quota_is_counted_by_one_at_a_time(self) -> None:
        with CaptureQueriesContext(connection) as queries:
            self.begin()
        statements = [query['sql'] for query in queries]
        counted = next(n for n, sql in enumerate(statements) if 'SUM(' in sql)
        self.assertTrue(statements[counted - 1].startswith('UPDATE "auth_user"'), statements)
        self.assertTrue(statements[counted - 2].startswith('SAVEPOINT'), 'nothing was read before: SQLite would not wait')

    def test_a_deleted_table_makes_room_again(self) -> None:
        self.change_settings(QUOTA_BYTES=10)
        table = self.upload('a.csv', b'12345678').json()['table']
        with self.captureOnCommitCallbacks(execute=True):
            Table.objects.filter(name=table).delete()
        self.assertEqual(self.visible(), [])
        self.assertEqual(self.begin('b.csv', 10).status_code, 201)

    def test_an_upload_whose_paths_were_changed_takes_no_other_file_along(self) -> None:
        table = Table.objects.get(name=self.upload('a.csv', b'1').json()['table'])
        table.paths = 'sales/2024.csv'
        table.save()
        with self.captureOnCommitCallbacks(execute=True):
            table.delete()
        self.assertTrue((self.root / 'sales/2024.csv').exists())

    def test_a_table_that_was_not_uploaded_keeps_its_files(self) -> None:
        self.sales.delete()
        self.assertTrue((self.root / 'sales/2024.csv').exists())

    def test_a_full_disk_is_told_before(self) -> None:
        with mock.patch('shutil.disk_usage', return_value=mock.Mock(free=5)):
            self.assertEqual(self.codes(self.begin(size=6)), (507, 'disk_full'))
        self.assertEqual(Upload.objects.count(), 0)

    def test_forgotten_ones_are_removed(self) -> None:
        old, new = (self.begin(name).json()['url'].split('/')[-2] for name in ('a.csv', 'b.csv'))
        week_ago = (datetime.now() - timedelta(days=7, minutes=1)).timestamp()
        os.utime(self.root / '.uploads' / old, (week_ago, week_ago))
        call_command('sonde_sync', stdout=StringIO())
        self.assertEqual(self.parts(), [new])

    def test_parts_of_users_who_are_gone_are_removed(self) -> None:
        part = self.root / '.uploads' / self.begin('a.csv').json()['url'].split('/')[-2]
        self.alice.delete()
        call_command('sonde_sync', stdout=StringIO())
        self.assertTrue(part.exists(), 'not before a week has passed')
        os.utime(part, (0, 0))
        call_command('sonde_sync', stdout=StringIO())
        self.assertEqual(self.parts(), [])

    def test_a_part_that_cannot_be_made_counts_nowhere(self) -> None:
        (self.root / '.uploads').write_text('no folder')
        with self.assertRaises(OSError):
            self.begin()
        self.assertEqual(Upload.objects.count(), 0)


class Permissions(UploadTest):
    def test_are_asked_for(self) -> None:
        self.client.force_login(self.bob)
        self.assertEqual(self.codes(self.begin()), (403, 'no_upload'))
        self.client.logout()
        self.assertEqual(self.codes(self.begin()), (401, 'signed_out'))

    def test_the_site_may_decide_otherwise(self) -> None:
        self.change_settings(MAY_UPLOAD='tests.hooks.everybody')
        self.client.force_login(self.bob)
        self.assertEqual(self.begin().status_code, 201)

    def test_an_upload_is_its_owner_s(self) -> None:
        where = self.begin().json()['url']
        self.bob.user_permissions.add(Permission.objects.get(codename='add_upload'))
        self.client.force_login(self.bob)
        for answer in (self.client.get(where), self.send(where, 0, b'1'), self.client.delete(where)):
            self.assertEqual(self.codes(answer), (404, 'no_upload'))

    def test_other_sites_cannot_upload(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.alice)
        self.assertEqual(self.begin(client=strict).status_code, 403)
        where = self.begin().json()['url']
        self.assertEqual(self.send(where, 0, b'1', client=strict).status_code, 403)
