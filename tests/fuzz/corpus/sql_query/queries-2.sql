SELECT id FROM people WHERE salary >= ALL (SELECT salary FROM people WHERE salary IS NOT NULL);
SELECT id FROM people WHERE salary < ANY (SELECT salary FROM people WHERE team = 'web') ORDER BY id;
SELECT id FROM people p WHERE (SELECT count(*) FROM sales s WHERE s.amount = p.id) > 6 ORDER BY id;
SELECT p.name FROM people p WHERE p.salary > (SELECT avg(q.salary) * 0.9 FROM people q WHERE q.boss = p.boss) ORDER BY p.id;
SELECT ARRAY(SELECT id FROM people WHERE team = 'web' ORDER BY id), ARRAY(SELECT 1 WHERE false);
SELECT * FROM (SELECT team, count(*) AS n FROM people GROUP BY team) AS t(grp, n) WHERE n > 1 ORDER BY grp NULLS LAST;
