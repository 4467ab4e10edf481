SELECT list_transform([1, 2, 3], x -> x * 2), list_filter([1, 2, 3, 4], x -> x % 2 = 0), list_reduce([1, 2, 3], (a, b) -> a + b), [x + 1 FOR x IN [1, 2, 3] IF x > 1], list_transform([5, 6], (x, i) -> x * i), apply([1], lambda x : x + 1);
SELECT list_intersect([1, 2, 3], [2, 3, 4]).list_sort(), list_has_any([1, 2], [2]), list_has_all([1, 2], [2]), list_dot_product([1.0, 2.0], [3.0, 4.0]), list_cosine_similarity([1.0, 0.0], [1.0, 0.0]), list_distance([0.0, 0.0], [3.0, 4.0]);
SELECT [1, 2] = [1, 2], [1, 2] < [1, 3], [1] < [1, 0], [] < [NULL], [1, NULL] = [1, NULL];
SELECT {'a': 1, 'b': 'x'}, {'a': 1}.a, {'a': {'b': 5}}.a.b, struct_pack(x := 1, y := 2), struct_extract({'k': 3}, 'k'), {'a': 1, 'b': 2}['b'], struct_insert({'a': 1}, b := 2), (SELECT s FROM (SELECT {'q': 1} AS s));
SELECT s.a, s.b FROM (SELECT {'a': 1, 'b': 2} AS s);
SELECT s.* FROM (SELECT {'a': 1, 'b': 2} AS s);
