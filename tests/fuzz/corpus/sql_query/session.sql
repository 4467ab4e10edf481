CREATE VIEW v AS SELECT shop, sum(amount) AS s FROM sales GROUP BY shop;
CREATE TEMP TABLE k AS SELECT id, name, [salary, NULL] AS l FROM people;
SELECT * FROM v JOIN k ON k.id = length(v.shop) ORDER BY ALL;
CREATE OR REPLACE VIEW v AS FROM k WHERE l[1] > 0;
SELECT count(*) FROM v;
DROP TABLE k;
SELECT * FROM v;
DROP VIEW IF EXISTS v;
