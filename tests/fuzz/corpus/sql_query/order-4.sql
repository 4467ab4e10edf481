SELECT count(*) FROM (SELECT * FROM sales USING SAMPLE 10);
SELECT count(*) BETWEEN 100 AND 900 FROM range(1000) USING SAMPLE 50 PERCENT (bernoulli);
SELECT generate_series FROM generate_series(3, 1, -1);
SELECT column_name, column_type FROM (DESCRIBE people);
SELECT 1 AS a, 2 AS a, 3 AS b;
SELECT 1;;
