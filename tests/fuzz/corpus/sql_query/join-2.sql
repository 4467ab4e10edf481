SELECT p.id, u.x FROM people p, unnest([p.id, p.id * 2]) u(x) WHERE p.id < 3 ORDER BY 1, 2;
SELECT a.i, b.j FROM range(3) a(i) LEFT JOIN range(2, 5) b(j) ON a.i = b.j ORDER BY 1;
SELECT a.i, b.j FROM range(3) a(i) FULL JOIN range(2, 5) b(j) ON a.i = b.j ORDER BY 1 NULLS LAST, 2;
SELECT * FROM (VALUES (1, NULL), (2, 5)) a(x, y) JOIN (VALUES (NULL, 1), (5, 2)) b(y, z) ON a.y = b.y;
SELECT * FROM (VALUES (1, NULL), (2, 5)) a(x, y) JOIN (VALUES (NULL, 1), (5, 2)) b(y, z) ON a.y IS NOT DISTINCT FROM b.y ORDER BY x;
SELECT a.x FROM (VALUES (1), (1), (2)) a(x) JOIN (VALUES (1), (1), (3)) b(x) ON a.x = b.x;
