SELECT (SELECT max(salary) FROM people), (SELECT 1 WHERE false), (SELECT name FROM people WHERE id = 3);
SELECT name FROM people WHERE salary = (SELECT max(salary) FROM people);
SELECT name FROM people p WHERE salary > (SELECT avg(salary) FROM people q WHERE q.team = p.team) ORDER BY id;
SELECT name, (SELECT count(*) FROM people q WHERE q.boss = p.id) AS reports FROM people p ORDER BY reports DESC, id;
SELECT name, (SELECT string_agg(q.name, ', ' ORDER BY q.id) FROM people q WHERE q.team = p.team AND q.id <> p.id) FROM people p ORDER BY id;
SELECT id FROM people p WHERE NOT EXISTS (SELECT 1 FROM people q WHERE q.boss = p.id) ORDER BY id;
