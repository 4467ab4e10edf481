SELECT levenshtein('kitten', 'sitting'), damerau_levenshtein('ab', 'ba'), hamming('abc', 'abd'), jaccard('abc', 'abd'), jaro_winkler_similarity('martha', 'marhta');
SELECT format('{} is {:05d} and {:.2f}', 'x', 42, 3.14159), printf('%s-%d-%5.1f', 'a', 7, 2.25), format('{:,}', 1234567);
SELECT strip_accents('Crème Brûlée'), url_encode('a b&c'), url_decode('a%20b'), base64('abc'::BLOB), from_base64('YWJj');
SELECT string_agg(name, ', ' ORDER BY name) FROM people WHERE team = 'core';
SELECT name, length(name), upper(name), name[1] FROM people ORDER BY id;
SELECT name FROM people ORDER BY name;
