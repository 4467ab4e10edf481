SELECT {'a': [1, 2][1:2], 'm': MAP {'k': x -> 1}}.a, [i * 2 FOR i IN [1] IF i > 0], list_transform([1], x -> x + 1), $1, ?
