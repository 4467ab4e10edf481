"""Who is told what of a table: its addresses, the ways to open it, the catalogue, the pages."""
import json
import shutil
import time
from io import StringIO
from unittest import mock
from urllib.parse import parse_qs, urlsplit

from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.template import Context, Template
from django.test import override_settings

from sonde_explorer.conf import conf
from sonde_explorer.models import Table
from sonde_explorer.paths import File
from sonde_explorer.signing import sign
from sonde_explorer.ways import size_text, ways_of

from .base import KEY, SiteTest

GB = 10**9


class Offers(SiteTest):
    def offer(self) -> dict:
        return self.client.get('/tables/api/tables/sales/').json()

    def test_the_files_of_a_folder_by_their_names(self) -> None:
        offer = self.offer()
        self.assertEqual([(file['name'], file['bytes']) for file in offer['files']], [('2024.csv', 8), ('2025.csv', 12)])
        self.assertEqual((offer['bytes'], offer['format'], offer['way']), (20, 'csv', 'whole'))

    def test_an_address_is_signed_for_the_table_and_the_user(self) -> None:
        with mock.patch('time.time', return_value=1795000000 - 600):
            address = urlsplit(self.offer()['files'][1]['url'])
        expected = sign(['/v1/f/sales'], user=str(self.alice.pk), expires=1795000000, key=KEY)
        self.assertEqual((address.path, address.query), ('/sonde/v1/f/sales/2025.csv', expected))

    def test_a_folder_is_signed_only_if_it_holds_nothing_else(self) -> None:
        for beside in ('sales/private/salaries.csv', 'sales/notes.pdf'):
            self.put(beside, b'a\n')
            self.assertEqual(self.signed_paths(), ['/v1/f/sales/2024.csv', '/v1/f/sales/2025.csv'], beside)
            shutil.rmtree(self.root / 'sales/private', ignore_errors=True)
        (self.root / 'sales/notes.pdf').unlink()
        self.put('sales/.hidden', b'a\n')
        (self.root / 'sales/link').symlink_to('/etc')
        self.assertEqual(self.signed_paths(), ['/v1/f/sales'], 'the server shows neither')

    def signed_paths(self) -> list:
        return parse_qs(urlsplit(self.offer()['files'][0]['url']).query)['sig_path']

    def test_sql_is_signed_for_this_table_only(self) -> None:
        address = urlsplit(self.offer()['sql']['url'])
        values = parse_qs(address.query)
        self.assertEqual(address.path, '/sonde/v1/sql')
        self.assertEqual(values['sig_tables'], ['sales'])
        self.assertEqual(values['sig_path'], ['/v1/sql', '/v1/queries', '/v1/tables/sales'])
        self.assertIn('POST', values['sig_methods'][0])

    def test_an_address_can_be_refreshed(self) -> None:
        for given in (self.offer()['files'][1], self.offer()['sql']):
            refreshed = self.client.get(given['refresh']).json()['url']
            self.assertEqual(urlsplit(refreshed).path, urlsplit(given['url']).path)
            self.assertGreater(int(parse_qs(urlsplit(refreshed).query)['sig_exp'][0]), time.time() + 590)

    def test_a_file_of_another_table_is_not_signed(self) -> None:
        self.put('secret/all.csv', b'a\n1\n')
        for path in ('secret/all.csv', 'sales/../secret/all.csv', '/etc/passwd', 'sales/none.csv', ''):
            answer = self.client.get('/tables/api/tables/sales/sign/', {'file': path})
            self.assertEqual((answer.status_code, answer.json()['code']), (404, 'no_file'), path)

    def test_names_are_escaped(self) -> None:
        self.put('Umsätze 2025/ä b#1?.csv', b'a\n')
        self.make_table('umsatz', 'Umsätze 2025', [self.sellers])
        address = self.client.get('/tables/api/tables/umsatz/').json()['files'][0]
        self.assertTrue(address['url'].startswith('/sonde/v1/f/Ums%C3%A4tze%202025/%C3%A4%20b%231%3F.csv?sig_key='))
        self.assertEqual(self.client.get(address['refresh']).status_code, 200)

    def test_many_places_are_signed_one_by_one(self) -> None:
        for n in range(9):
            self.put(f'{n}/a.csv', b'a\n')
        self.make_table('many', '\n'.join(str(n) for n in range(9)), [self.sellers])
        files = self.client.get('/tables/api/tables/many/').json()['files']
        self.assertEqual(parse_qs(urlsplit(files[8]['url']).query)['sig_path'], ['/v1/f/8/a.csv'])

    def test_links_and_hidden_files_are_no_tables(self) -> None:
        (self.root / 'sales/link.csv').symlink_to('/etc/passwd')
        self.put('sales/.hidden.csv', b'a\n')
        self.put('sales/notes.pdf', b'a\n')
        (self.root / 'other').symlink_to(self.root / 'sales')
        self.assertEqual([file['name'] for file in self.offer()['files']], ['2024.csv', '2025.csv'])
        self.make_table('linked', 'other', [self.sellers])
        self.assertEqual(self.client.get('/tables/api/tables/linked/').status_code, 404)


class Access(SiteTest):
    addresses = ['', 'sign/', 'sign/?file=sales/2024.csv', 'files/sales/2024.csv']

    def test_another_user_is_refused_like_for_a_table_that_does_not_exist(self) -> None:
        self.client.force_login(self.bob)
        for address in self.addresses:
            refused, missing = (self.client.get(f'/tables/api/tables/{name}/{address}') for name in ('sales', 'none'))
            self.assertEqual((refused.status_code, refused.json()['code']), (404, 'no_table'))
            self.assertEqual(refused.content.replace(b'sales', b'none'), missing.content)
            self.assertEqual(refused['Content-Type'], 'application/problem+json')
        pages = [self.client.get(f'/tables/{name}/') for name in ('sales', 'none')]
        self.assertEqual([page.status_code for page in pages], [404, 404])
        self.assertEqual(pages[0].content, pages[1].content)

    def test_nobody_gets_a_401_and_no_page_to_sign_in(self) -> None:
        self.client.logout()
        for address in self.addresses:
            answer = self.client.get(f'/tables/api/tables/sales/{address}')
            self.assertEqual((answer.status_code, answer.json()['code']), (401, 'signed_out'))

    def test_pages_ask_to_sign_in(self) -> None:
        self.client.logout()
        for page in ('/tables/', '/tables/sales/'):
            self.assertIn('login', self.client.get(page)['Location'])

    def test_lists_show_what_one_may_see(self) -> None:
        self.make_table('secret', 'sales')
        self.assertEqual([table['name'] for table in self.client.get('/tables/api/tables/').json()['tables']], ['sales'])
        self.assertNotContains(self.client.get('/tables/'), 'secret')

    def test_an_owner_and_a_superuser_may_see_it(self) -> None:
        self.sales.owner = self.bob
        self.sales.groups.clear()
        self.sales.save()
        self.assertEqual(self.status_for(self.bob), 200)
        self.assertEqual(self.status_for(self.alice), 404)
        self.alice.is_superuser = True
        self.alice.save()
        self.assertEqual(self.status_for(self.alice), 200)

    def test_the_site_may_decide_otherwise(self) -> None:
        self.change_settings(MAY_SEE='tests.hooks.is_bob')
        self.assertEqual(self.status_for(self.bob), 200)
        self.assertEqual(self.status_for(self.alice), 404)

    def test_signed_addresses_are_kept_by_nobody(self) -> None:
        for address in self.addresses:
            self.assertIn('no-store', self.client.get(f'/tables/api/tables/sales/{address}')['Cache-Control'])

    def test_nginx_is_told_where_the_bytes_are(self) -> None:
        self.put('sales/ä 1.csv', b'a\n')
        answer = self.client.get('/tables/api/tables/sales/files/sales/%C3%A4%201.csv')
        self.assertEqual(answer['X-Accel-Redirect'], '/_sonde/sales/%C3%A4%201.csv')
        self.assertEqual(answer['X-Sonde-User'], str(self.alice.pk))
        self.assertFalse(answer.has_header('Content-Type'))
        self.assertEqual(self.client.get('/tables/api/tables/sales/files/sales/../../keys').status_code, 404)

    def status_for(self, user: object) -> int:
        self.client.force_login(user)
        return self.client.get('/tables/api/tables/sales/').status_code


class Ways(SiteTest):
    def way(self, *files: File) -> tuple:
        ways = ways_of(files, conf())
        return ways.best, list(ways.possible)

    def test_go_by_the_size_of_all_files(self) -> None:
        every = ['whole', 'ranges', 'server']
        self.assertEqual(self.way(File('a.csv', 32 * 10**6)), ('whole', every))
        self.assertEqual(self.way(File('a.csv', 16 * 10**6), File('b.csv', 16 * 10**6 + 1)), ('ranges', every))
        self.assertEqual(self.way(File('a.parquet', 10 * GB)), ('ranges', every))
        self.assertEqual(self.way(File('a.parquet', 10 * GB + 1)), ('server', every))

    def test_csv_does_not_travel_twice_to_be_counted(self) -> None:
        every = ['whole', 'ranges', 'server']
        self.assertEqual(self.way(File('a.csv', 256 * 10**6)), ('ranges', every))
        self.assertEqual(self.way(File('a.csv', 256 * 10**6 + 1)), ('server', every))
        self.assertEqual(self.way(File('a.parquet', GB), File('b.csv', 1)), ('server', every))
        self.assertIn('1.0 GB of CSV', ways_of([File('a.csv', GB)], conf()).reason)

    def test_what_is_compressed_as_a_whole_has_no_ranges(self) -> None:
        self.assertEqual(self.way(File('a.csv.gz', GB)), ('whole', ['whole', 'server']))
        self.assertEqual(self.way(File('a.csv.zst', 11 * GB)), ('server', ['whole', 'server']))

    def test_sizes_are_written_as_in_the_explorer(self) -> None:
        sizes = [0, 999, 1000, 1234567, 104_900_000, 999_999_999, 5 * GB, 2 * 10**15]
        self.assertEqual([size_text(size) for size in sizes], [
            '0 bytes', '999 bytes', '1.0 kB', '1.2 MB', '105 MB', '1.0 GB', '5.0 GB', '2000 TB'])

    def test_limits_are_settings(self) -> None:
        self.change_settings(WHOLE_BYTES=10, RANGES_BYTES=19)
        offer = self.client.get('/tables/api/tables/sales/').json()
        self.assertEqual(offer['way'], 'server')
        self.assertIn('20 bytes', offer['reason'])


class Catalog(SiteTest):
    def sync(self) -> str:
        errors = StringIO()
        call_command('sonde_sync', stdout=StringIO(), stderr=errors)
        return errors.getvalue()

    def test_lists_tables_with_their_files(self) -> None:
        Table.objects.update(description='What was sold.', columns={'a': 'in euros'})
        self.sync()
        self.assertEqual(json.loads((self.work / 'catalog.json').read_text()), {'tables': [{
            'name': 'sales', 'paths': ['sales/2024.csv', 'sales/2025.csv'], 'format': 'csv',
            'description': 'What was sold.', 'columns': {'a': 'in euros'}}]})

    def test_leaves_out_what_is_not_there_and_says_so(self) -> None:
        self.make_table('gone', 'none.csv')
        self.assertIn('gone', self.sync())
        self.assertEqual(self.names(), ['sales'])

    def names(self) -> list:
        return [table['name'] for table in json.loads((self.work / 'catalog.json').read_text())['tables']]

    def test_keeps_up_with_the_tables(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            newer = self.make_table('newer', 'sales/2024.csv')
        self.assertEqual(self.names(), ['newer', 'sales'])
        with self.captureOnCommitCallbacks(execute=True):
            newer.delete()
        self.assertEqual(self.names(), ['sales'])

    def test_that_cannot_be_written_is_told_and_stops_nobody(self) -> None:
        self.change_settings(CATALOG=self.work / 'keys' / 'catalog.json')
        with self.assertLogs('sonde_explorer.catalog', 'WARNING') as told, self.captureOnCommitCallbacks(execute=True):
            self.make_table('newer', 'sales/2024.csv')
        self.assertIn('could not be written', told.output[0])


class Models(SiteTest):
    def test_paths_stay_beneath_the_root(self) -> None:
        for path in ('/etc', '../a', 'a/../b', 'a//b', 'a/', '.a', 'a/.b', 'a\\b', 'a\x00b', '', 'a\n/etc', 'a\n\nb', 'a\x85b', 'a\u2028b', 'a\u2029b', '\ud800'):
            with self.subTest(path), self.assertRaises(ValidationError):
                Table(name='t', paths=path).full_clean()

    def test_lines_may_end_as_browsers_send_them(self) -> None:
        table = Table(name='t', paths='sales/2024.csv\r\nsales/2025.csv')
        table.full_clean()
        self.assertEqual([file.bytes for file in table.files()], [8, 12])

    def test_a_line_ends_nowhere_else(self) -> None:
        self.put('board.csv', b'secret')
        for end in '\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029':
            self.assertEqual(Table(name='t', paths=f'a{end}board.csv').path_list, [f'a{end}board.csv'], ascii(end))

    def test_names_need_no_quotes(self) -> None:
        for name in ('Sales', '1a', 'a-b', 'a b', 'a,b', ''):
            with self.subTest(name), self.assertRaises(ValidationError):
                Table(name=name, paths='sales').full_clean()

    def test_columns_have_descriptions(self) -> None:
        for columns in (['a'], {'a': 1}, 'a'):
            with self.subTest(columns), self.assertRaises(ValidationError):
                Table(name='t', paths='sales', columns=columns).full_clean()

    def test_no_migration_is_missing(self) -> None:
        call_command('makemigrations', 'sonde_explorer', check=True, dry_run=True, stdout=StringIO())


class Pages(SiteTest):
    def test_the_tag_has_no_inline_script_or_style(self) -> None:
        html = Template('{% load sonde %}{% data_explorer "sales" %}').render(Context({}))
        self.assertIn('<sonde-explorer table="/tables/api/tables/sales/" theme="auto"></sonde-explorer>', html)
        self.assertRegex(html, r'<script type="module" src="/static/sonde_explorer/sonde-explorer\.js"></script>')
        self.assertNotRegex(html, r'<script(?![^>]* src=)|<style|style=|onload=|nonce')

    def test_the_page_of_a_table_has_a_strict_policy(self) -> None:
        policy = self.client.get('/tables/sales/')['Content-Security-Policy']
        self.assertIn("script-src 'self' 'wasm-unsafe-eval';", policy)
        self.assertNotIn('unsafe-inline', policy)
        self.change_settings(URL='https://data.example.org/sonde/')
        self.assertIn("connect-src 'self' https://data.example.org;", self.client.get('/tables/sales/')['Content-Security-Policy'])

    def test_uploads_are_offered_to_whoever_may(self) -> None:
        self.assertNotContains(self.client.get('/tables/'), '<sonde-upload')
        self.change_settings(MAY_UPLOAD='tests.hooks.everybody')
        self.assertRegex(self.client.get('/tables/').content.decode(), r'<sonde-upload url="/tables/api/uploads/" token="\w{64}">')

    def test_the_admin_shows_what_there_is(self) -> None:
        self.alice.is_superuser = self.alice.is_staff = True
        self.alice.save()
        self.assertContains(self.client.get('/admin/sonde_explorer/table/'), '20 bytes')
        chosen = {'action': 'write_catalog', '_selected_action': [self.sales.pk]}
        self.assertContains(self.client.post('/admin/sonde_explorer/table/', chosen, follow=True), 'is written')
        self.assertTrue((self.work / 'catalog.json').exists())


class Settings(SiteTest):
    def problems(self, **changes: object) -> list:
        self.change_settings(**changes)
        return [message.id for message in run_checks() if message.id.startswith('sonde_explorer')]

    def test_are_right(self) -> None:
        self.assertEqual(self.problems(), [])

    def test_are_judged(self) -> None:
        self.assertEqual(self.problems(WRONG=1), ['sonde_explorer.E001'])
        self.assertEqual(self.problems(MAY_SEE='none.such'), ['sonde_explorer.E001'])
        self.assertEqual(self.problems(EXPIRY=3601), ['sonde_explorer.E002'])
        self.assertEqual(self.problems(ROOT=self.work / 'none'), ['sonde_explorer.E003'])
        self.assertEqual(self.problems(KEYS=self.work / 'none'), ['sonde_explorer.W001'])
        (self.work / 'keys').chmod(0o644)
        self.assertEqual(self.problems(), ['sonde_explorer.E004'])
        with override_settings(SONDE={}):
            self.assertEqual([message.id for message in run_checks() if message.id.startswith('sonde')], ['sonde_explorer.E001'])

    def test_somebody_can_sign_in(self) -> None:
        for url, problems in [('/admin/login/', []), ('https://login.example/', []), ('/accounts/login/', ['sonde_explorer.W002']), ('nowhere', ['sonde_explorer.W002'])]:
            with self.subTest(url), override_settings(LOGIN_URL=url):
                self.assertEqual(self.problems(), problems)
