SELECT name, salary FROM people ORDER BY salary, name;
SELECT name, salary FROM people ORDER BY salary NULLS FIRST, id;
SELECT id FROM people ORDER BY team, salary DESC, id;
SELECT id, length(name) AS l FROM people ORDER BY l, id;
SELECT id, team FROM people ORDER BY ALL DESC LIMIT 2;
SELECT id FROM people LIMIT 0;
