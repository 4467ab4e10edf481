SELECT list(x ORDER BY x DESC)[1:2], max(x), histogram(x % 2) FROM range(5) t(x);
SELECT map_from_entries(list((team, n) ORDER BY team)) FROM (SELECT team, count(*) AS n FROM people WHERE team IS NOT NULL GROUP BY team);
SELECT * FROM (PIVOT sales ON shop USING sum(amount) GROUP BY product) ORDER BY product NULLS LAST;
SELECT * FROM (PIVOT sales ON shop IN ('north', 'south') USING sum(amount) AS s, count(*) AS n GROUP BY paid) ORDER BY paid NULLS LAST;
SELECT * FROM sales PIVOT (count(*) FOR shop IN ('east' AS e, 'west' AS w)) ORDER BY 1 LIMIT 0;
SELECT * FROM (UNPIVOT (SELECT id, salary::VARCHAR AS salary, email FROM people WHERE id < 5) ON salary, email INTO NAME k VALUE v) ORDER BY id, k;
