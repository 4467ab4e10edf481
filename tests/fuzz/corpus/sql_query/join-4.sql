SELECT * FROM (SELECT 1 AS a) POSITIONAL JOIN (SELECT unnest([5, 6]) AS b);
SELECT * FROM people p JOIN nowhere n ON p.id = n.id;
SELECT q.name FROM people p;
SELECT p.name, b.boss FROM people p LEFT JOIN people b ON p.boss = b.id AND b.id < 0 WHERE p.id NOT BETWEEN b.id AND 3 AND p.id < 6;
