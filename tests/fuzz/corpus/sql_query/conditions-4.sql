SELECT id FROM people WHERE born BETWEEN '1980-01-01' AND DATE '1990-12-31' ORDER BY id;
SELECT id FROM people WHERE email LIKE '%.org' AND team IN ('core', 'ops') ORDER BY id;
SELECT id FROM people WHERE id IN (1, 3, 99, NULL) ORDER BY id;
SELECT id FROM people WHERE id NOT IN (1, 3, 5, 7, 9) ORDER BY id;
SELECT count(*) FROM people WHERE id NOT IN (1, NULL);
SELECT (1, 2) < (1, 3), (1, 'b') > (1, 'a'), ROW(1, 2) = ROW(1, 2);
