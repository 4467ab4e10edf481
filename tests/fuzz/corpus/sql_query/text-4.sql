SELECT name FROM people ORDER BY name COLLATE NOCASE, id;
SELECT name FROM people ORDER BY lower(name) DESC, id DESC;
SELECT split_part(email, '@', 2) AS host, count(*) FROM people GROUP BY 1 ORDER BY 2 DESC, 1;
SELECT array_to_string(string_split('b a c', ' ').list_sort(), '+'), list_aggregate(['x', 'y'], 'string_agg', '|');
SELECT bar(3, 0, 10, 10), bar(7.5, 0, 10);
SELECT 'it''s', E'tab\there', 'a\nb', $$dollar 'quoted'$$, $x$in $$ x$x$;
