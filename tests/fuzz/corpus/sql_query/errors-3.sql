SELECT id FROM people ORDER BY nme;
SELECT id FROM people GROUP BY nme;
SELECT substring(name) FROM people;
SELECT sum(name) FROM people;
SELECT name + 1 FROM people WHERE id = 2;
SELECT id FROM people WHERE name;
