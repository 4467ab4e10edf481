WITH RECURSIVE g(x) AS (SELECT 1 UNION SELECT (x * 2) % 11 FROM g) SELECT list(x ORDER BY x) FROM g;
WITH RECURSIVE paths AS (SELECT id, name::VARCHAR AS path FROM people WHERE boss IS NULL UNION ALL SELECT p.id, path || '/' || p.name FROM people p JOIN paths ON p.boss = paths.id) SELECT path FROM paths ORDER BY id;
WITH x AS (WITH y AS (SELECT 5 AS v) SELECT v + 1 AS w FROM y) SELECT * FROM x;
WITH x AS (SELECT 1 AS a) SELECT * FROM x UNION ALL SELECT a + 1 FROM x;
SELECT x FROM (VALUES (1), (1), (2), (2), (2)) t(x) INTERSECT ALL SELECT y FROM (VALUES (1), (2), (2), (3)) u(y);
SELECT x FROM (VALUES (1), (1), (2), (2), (2)) t(x) EXCEPT ALL SELECT y FROM (VALUES (1), (2), (3)) u(y);
