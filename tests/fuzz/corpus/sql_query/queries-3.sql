WITH big AS (SELECT * FROM sales WHERE amount > 6), s AS (SELECT shop, count(*) AS n FROM big GROUP BY shop) SELECT * FROM s ORDER BY shop;
WITH a(x) AS (VALUES (1), (2)), b AS (SELECT x * 10 AS y FROM a) SELECT a.x, b.y FROM a, b ORDER BY 1, 2;
WITH a AS MATERIALIZED (SELECT id FROM people), b AS NOT MATERIALIZED (SELECT id FROM a WHERE id > 5) SELECT count(*) FROM a JOIN b USING (id);
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT sum(n), max(n), count(*) FROM t;
WITH RECURSIVE up AS (SELECT id, name, boss, 0 AS depth FROM people WHERE boss IS NULL UNION ALL SELECT p.id, p.name, p.boss, depth + 1 FROM people p JOIN up ON p.boss = up.id) SELECT depth, string_agg(name, ', ' ORDER BY id) FROM up GROUP BY depth ORDER BY depth;
WITH RECURSIVE f(a, b) AS (SELECT 0::HUGEINT, 1::HUGEINT UNION ALL SELECT b, a + b FROM f WHERE b < 100000000000000000000000000) SELECT max(a), count(*) FROM f;
