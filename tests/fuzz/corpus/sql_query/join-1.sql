SELECT p.name, b.name AS boss FROM people p LEFT JOIN people b ON p.boss = b.id ORDER BY p.id;
SELECT p.name, q.name FROM people p JOIN people q ON p.salary = q.salary AND p.id < q.id ORDER BY p.id;
SELECT p.id, q.id FROM people p JOIN people q ON p.salary < q.salary AND p.team = q.team ORDER BY 1, 2;
SELECT count(*) FROM people p JOIN people q ON p.salary < q.salary;
SELECT p.id, count(q.id) FROM people p LEFT JOIN people q ON p.salary < q.salary GROUP BY p.id ORDER BY p.id;
SELECT p.id, x.n FROM people p, LATERAL (SELECT p.id * 10 AS n) x WHERE p.id < 4 ORDER BY 1;
