SELECT count(*), count(amount), count(DISTINCT shop), count(DISTINCT product), sum(amount), avg(amount), min(price), max(price) FROM sales;
SELECT shop, product, count(*) FROM sales GROUP BY 1, 2 ORDER BY 1, 2 NULLS FIRST;
SELECT shop, sum(amount) FILTER (WHERE paid), sum(amount) FILTER (WHERE NOT paid), count(*) FILTER (WHERE paid IS NULL) FROM sales GROUP BY shop ORDER BY shop;
SELECT count(*), sum(amount), avg(amount), min(product), max(day), string_agg(shop, ','), list(shop), bool_and(paid) FROM sales WHERE false;
SELECT shop, product, sum(amount) FROM sales GROUP BY ROLLUP (shop, product) ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3;
SELECT shop, product, grouping(shop), grouping(product), grouping_id(shop, product), count(*) FROM sales GROUP BY GROUPING SETS ((shop), (product), ());
