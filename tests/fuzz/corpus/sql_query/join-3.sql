SELECT s.shop, t.n FROM (SELECT DISTINCT shop FROM sales) s JOIN (SELECT shop, count(*) AS n FROM sales GROUP BY shop) t USING (shop) ORDER BY 1;
SELECT count(*), sum(a.i) FROM range(50000) a(i) JOIN range(0, 100000, 3) b(j) ON a.i = b.j;
SELECT count(*), sum(b.j) FROM range(50000) a(i) LEFT JOIN range(0, 100000, 3) b(j) ON a.i = b.j;
SELECT count(*) FROM range(1000) a(i) JOIN range(1000) b(j) ON a.i % 10 = b.j % 10 AND a.i < b.j;
SELECT count(*) FROM range(500) a(i) JOIN range(500) b(j) ON a.i BETWEEN b.j - 1 AND b.j + 1;
SELECT a.x, b.x, c.x FROM (VALUES (1), (2)) a(x) LEFT JOIN (VALUES (2), (3)) b(x) ON a.x = b.x LEFT JOIN (VALUES (3)) c(x) ON b.x = c.x ORDER BY 1;
