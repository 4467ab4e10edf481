SELECT a, sum(d), count(DISTINCT b) FILTER (WHERE d > 1) FROM t GROUP BY ROLLUP (a, b) HAVING sum(d) > 2
