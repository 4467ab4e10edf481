SELECT length(product) + 1 AS l, max(price) FROM sales GROUP BY length(product) + 1 ORDER BY l;
SELECT sum(amount) + count(*) * 2 AS x, round(avg(price), 2) FROM sales GROUP BY shop HAVING sum(amount) > 10 ORDER BY x;
SELECT DISTINCT ON (shop) shop, id, price FROM sales ORDER BY shop, price DESC;
SELECT max(n) FROM (SELECT count(*) AS n FROM sales GROUP BY product);
SELECT min(name), max(name), max(length(name)), sum(salary), avg(salary), count(salary) FROM people GROUP BY team IS NULL ORDER BY 1;
SELECT approx_quantile(price, 0.5) BETWEEN 3 AND 8 FROM sales;
