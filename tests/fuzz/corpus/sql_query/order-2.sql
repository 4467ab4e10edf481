SELECT id FROM people ORDER BY id LIMIT 20 %;
SELECT * EXCLUDE (email, born) FROM people WHERE id = 4;
SELECT * RENAME (name AS who) FROM people WHERE id = 5;
SELECT min(COLUMNS(* EXCLUDE (name, team, email))) FROM people;
SELECT people.* FROM people WHERE id = 2;
SELECT id AS "the id", name nm FROM people WHERE id = 1;
