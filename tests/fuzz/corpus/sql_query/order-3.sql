SELECT "id" + 1 AS x, x * 2 AS y FROM people WHERE x = 3;
SELECT i FROM range(10) t(i) ORDER BY i % 3, i DESC;
SELECT i FROM range(100000) t(i) ORDER BY (i * 7919) % 100003 DESC LIMIT 3 OFFSET 50000;
SELECT x FROM (VALUES ([2]), ([1, 5]), ([1]), (NULL), ([])) t(x) ORDER BY x;
SELECT x FROM (VALUES (true), (false), (NULL)) t(x) ORDER BY x DESC;
SELECT x FROM (VALUES (1.5), (-3.25), (100)) t(x) ORDER BY x DESC;
