"""The key ring: read, made, rotated."""
import os
from datetime import date
from io import StringIO

from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from sonde_explorer.keys import Key, new_key, read_ring, signing_key, write_ring

from .base import KEY, SiteTest

OLD = Key('2026-10', bytes(range(31, -1, -1)))


class KeyRing(SiteTest):
    def setUp(self) -> None:
        super().setUp()
        self.keys = self.work / 'keys'

    def test_is_written_as_the_server_reads_it(self) -> None:
        write_ring(self.keys, [KEY, OLD])
        self.assertEqual(self.keys.read_text().splitlines()[1:], [
            '2026-11 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8', '2026-10 Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA'])
        self.assertEqual(self.keys.stat().st_mode & 0o777, 0o640)
        self.assertEqual(read_ring(self.keys), [KEY, OLD])
        self.assertEqual(sorted(os.listdir(self.work)), ['keys', 'root'])  # nothing is left of the writing

    def test_a_key_signs_once_the_server_had_time_to_read_it(self) -> None:
        write_ring(self.keys, [KEY, OLD])
        written = self.keys.stat().st_mtime
        self.assertEqual(signing_key(self.keys, now=written + 59), OLD)
        self.assertEqual(signing_key(self.keys, now=written + 60), KEY)

    def test_the_only_key_signs_at_once(self) -> None:
        self.assertEqual(signing_key(self.keys), KEY)

    def test_a_key_can_be_named(self) -> None:
        write_ring(self.keys, [KEY, OLD])
        self.assertEqual(signing_key(self.keys, '2026-10', now=2e9), OLD)
        with self.assertRaisesRegex(ImproperlyConfigured, 'no key 2026-09'):
            signing_key(self.keys, '2026-09')

    def test_a_malformed_line_is_named_but_not_shown(self) -> None:
        for line in ('2026-11', '2026-11 short', '2026 11 AAECAwQF', 'ä ' + 'A' * 43):
            self.keys.write_text(f'# comment\n{line}\n')
            with self.subTest(line), self.assertRaises(ImproperlyConfigured) as caught:
                read_ring(self.keys)
            self.assertIn('line 2', str(caught.exception))
            self.assertNotIn(line, str(caught.exception))

    def test_a_key_shows_its_id_only(self) -> None:
        self.assertEqual(repr(KEY), 'Key(2026-11)')

    def test_keys_of_one_day_differ(self) -> None:
        today = date(2026, 11, 21)
        first = new_key([], today)
        second = new_key([first], today)
        self.assertEqual([first.id, second.id], ['2026-11-21', '2026-11-21-2'])
        self.assertNotEqual(first.secret, second.secret)

    def test_sync_makes_a_ring_and_leaves_one_alone(self) -> None:
        self.keys.unlink()
        self.sync()
        made = self.keys.read_text()
        self.sync()
        self.assertEqual(self.keys.read_text(), made)
        self.assertEqual(len(read_ring(self.keys)), 1)

    def test_rotation_puts_a_key_first_and_drops_the_oldest(self) -> None:
        write_ring(self.keys, [KEY, OLD])
        self.sync('--rotate')
        ring = read_ring(self.keys)
        self.assertEqual(ring[1:], [KEY])
        self.assertNotIn(ring[0].secret, (KEY.secret, OLD.secret))

    def sync(self, *options: str) -> None:
        call_command('sonde_sync', *options, stdout=StringIO(), stderr=StringIO())
