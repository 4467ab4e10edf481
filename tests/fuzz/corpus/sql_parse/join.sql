FROM t LEFT JOIN u USING (a) ASOF JOIN v ON t.a >= v.a, LATERAL (SELECT t.a + u.x) l
