"""The signatures that the server verifies: the vectors are those of its own documentation."""
import re
from pathlib import Path
from unittest import TestCase
from urllib.parse import parse_qs

from sonde_explorer.signing import sign

from .base import KEY

FORMAT = (Path(__file__).parents[2] / 'src/serve/SIGNING.md').read_text(encoding='utf-8')
EXPIRES = 1795000000


class Vectors(TestCase):
    def test_the_documentation_has_those_that_follow(self) -> None:
        self.assertEqual(len(self.documented()), 2)
        self.assertIn(f'{KEY.id} AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8', FORMAT)

    def test_tables_and_several_paths(self) -> None:
        query = sign(['/v1/f/sales', '/v1/tables/sales'], user='alice@example.org', tables=['sales', 'trips'], expires=EXPIRES, key=KEY)
        self.assertEqual(query, self.documented()[0])

    def test_names_beyond_ascii(self) -> None:
        self.assertEqual(sign(['/v1/f/Umsätze 2025'], user='Jörg', methods=['GET'], expires=EXPIRES, key=KEY), self.documented()[1])

    @staticmethod
    def documented() -> list:
        return re.findall(r'^ +(sig_key=\S+)$', FORMAT, re.MULTILINE)


class Signing(TestCase):
    def signature(self, **changes: object) -> str:
        given = {'paths': ['/v1/f/sales'], 'user': '1', 'expires': EXPIRES, 'key': KEY, **changes}
        return parse_qs(sign(**given))['sig'][0]

    def test_every_value_is_signed(self) -> None:
        changes = [{}, {'paths': ['/v1/f/sale']}, {'paths': ['/v1/f/sales', '/v1/f/b']}, {'user': '2'}, {'methods': ['GET']},
                   {'tables': ['sales']}, {'tables': ['/sales']}, {'expires': EXPIRES + 1}]
        self.assertEqual(len({self.signature(**change) for change in changes}), len(changes))

    def test_what_the_server_would_refuse_is_not_signed(self) -> None:
        paths = ['/v1/f/', '/v1/f/a/', '/v1/f/a//b', '/v1/f/../keys', '/v1/./f', '/etc/passwd', 'v1/f/a', '/v1/f/a\nb', '/v1/f/' + 'a' * 1024]
        wrong = [*({'paths': [path]} for path in paths), {'paths': []}, {'paths': ['/v1/f/a'] * 9}, {'user': ''}, {'user': 'a\nb'},
                 {'user': 'a' * 129}, {'methods': []}, {'methods': ['PUT']},
                 *({'tables': [name]} for name in ('a,b', 'a\n', '', ' a', 'a ', '/', '//a', '/a/', '/a/../b', '/' + 'a' * 1024))]
        for change in wrong:
            with self.subTest(change), self.assertRaises(ValueError):
                self.signature(**change)
