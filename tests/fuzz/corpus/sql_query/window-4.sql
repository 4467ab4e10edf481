SELECT max(r), sum(r) FROM (SELECT rank() OVER (PARTITION BY i % 13 ORDER BY i DESC) AS r FROM range(10000) t(i));
SELECT x, ntile(4) OVER (ORDER BY x), ntile(10) OVER (ORDER BY x) FROM range(6) t(x) ORDER BY x;
SELECT d, v, avg(v) OVER (ORDER BY d ROWS BETWEEN 2 PRECEDING AND 2 PRECEDING), sum(v) OVER (ORDER BY d ROWS BETWEEN 2 FOLLOWING AND UNBOUNDED FOLLOWING) FROM (SELECT i AS d, i * i AS v FROM range(6) t(i)) ORDER BY d;
SELECT name, rank() OVER w1, rank() OVER w2 FROM people WINDOW w1 AS (PARTITION BY team), w2 AS (w1 ORDER BY salary DESC NULLS LAST, id) ORDER BY id;
SELECT id, fill, 1 FROM (SELECT id, sum(1) OVER (ORDER BY born DESC) AS fill FROM people) ORDER BY id;
SELECT id FROM people WHERE row_number() OVER () = 1;
