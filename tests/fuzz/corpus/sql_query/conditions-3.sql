SELECT 'abc' ~ 'a.c', 'xabcx' ~ 'abc', regexp_matches('xabcx', 'abc'), regexp_full_match('xabcx', 'abc'), regexp_matches('ABC', 'abc', 'i');
SELECT name, salary > 5000, salary > 5000 IS NULL FROM people ORDER BY id;
SELECT count(*) FROM people WHERE salary > 5000 OR salary IS NULL;
SELECT count(*) FROM people WHERE NOT salary > 5000;
SELECT id FROM people WHERE (team, boss) = ('core', 1) OR (team, boss) IN (('web', 3)) ORDER BY id;
SELECT id FROM people WHERE team IS NULL OR team = '' ORDER BY id;
