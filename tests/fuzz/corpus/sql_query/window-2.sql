SELECT x, sum(x) OVER (ORDER BY x RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM (VALUES (1), (1), (2), (4), (5), (NULL)) t(x) ORDER BY x NULLS LAST;
SELECT team, name, salary FROM people QUALIFY row_number() OVER (PARTITION BY team ORDER BY salary DESC NULLS LAST, id) = 1 ORDER BY team NULLS LAST;
SELECT shop, day, sum(price) AS p, sum(sum(price)) OVER (PARTITION BY shop ORDER BY day) AS running FROM sales WHERE month(day) = 1 GROUP BY shop, day ORDER BY shop, day;
SELECT shop, sum(amount) AS s, round(100 * sum(amount) / sum(sum(amount)) OVER (), 1) AS share, rank() OVER (ORDER BY sum(amount) DESC) FROM sales GROUP BY shop ORDER BY shop;
SELECT id, lag(amount IGNORE NULLS) OVER (ORDER BY id), first_value(amount IGNORE NULLS) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM sales ORDER BY id LIMIT 15;
SELECT id, string_agg(shop, ',') OVER (ORDER BY id ROWS 2 PRECEDING), list(id) OVER (ORDER BY id ROWS 1 PRECEDING), count(DISTINCT shop) OVER (ORDER BY id) FROM sales WHERE id <= 8 ORDER BY id;
