SELECT {'a': 1} = {'a': 1}, {'a': 1, 'b': 2} < {'a': 1, 'b': 3}, {'a': NULL} IS NULL, {'a': 1}::VARCHAR;
SELECT unnest([1, 2, 3]), unnest(['a', 'b']);
SELECT id, unnest(string_split(name, ' ')) AS word FROM people WHERE id >= 8 ORDER BY id, word;
SELECT u FROM (SELECT [[1, 2], [3]] AS l), unnest(l) t(u);
SELECT team, list(name ORDER BY id) AS names, len(names) FROM people GROUP BY team ORDER BY team NULLS LAST;
SELECT team, list_sort(list({'n': name, 's': salary}))[1] FROM people WHERE team = 'ops' GROUP BY team;
