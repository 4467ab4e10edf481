SELECT "open;
SELECT 1 /* open;
SELECT nme FROM people;
SELECT people.nme FROM people;
SELECT * FROM peple;
SELECT lenght(name) FROM people;
