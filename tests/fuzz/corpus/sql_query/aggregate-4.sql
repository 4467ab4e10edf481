SELECT i % 7 AS k, count(*), sum(i), min(i), max(i), avg(i * 0.5) FROM range(100000) t(i) GROUP BY k ORDER BY k;
SELECT count(*), max(n) FROM (SELECT (i % 977)::VARCHAR || 'x' AS k, count(*) AS n FROM range(50000) t(i) GROUP BY k);
SELECT sum(x) FROM (VALUES (1.5), (2.25), (NULL)) t(x);
SELECT sum(sum(price)) FROM sales;
SELECT sum(shop) FROM sales;
SELECT count(*) FROM (SELECT 1 FROM sales GROUP BY ALL);
