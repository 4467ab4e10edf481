SELECT coalesce(NULL, 2, 3), nullif(1, 1), nullif(1, 2), ifnull(NULL, 5), if(true, 1, 2), iff FROM (SELECT 1 AS iff);
SELECT name FROM people WHERE name LIKE '%a' ORDER BY id;
SELECT name FROM people WHERE name ILIKE 'a%' ORDER BY id;
SELECT name FROM people WHERE name LIKE '_%e%' AND name NOT LIKE '%k' ORDER BY id;
SELECT 'a%b' LIKE 'a\%b' ESCAPE '\', 'axb' LIKE 'a\%b' ESCAPE '\', 'a_b' LIKE 'a$_b' ESCAPE '$', '' LIKE '', '' LIKE '%', 'abc' LIKE 'abc%', 'Éa' LIKE '_a';
SELECT 'abc' ~~ 'a%', 'abc' !~~ 'a%', 'ABC' ~~* 'a%', 'abc' GLOB 'a*', 'abc' GLOB '[a-c]?c', 'abc' SIMILAR TO '(a|b)bc', 'abc' SIMILAR TO 'b';
