SELECT [1, 2, 3], [], [NULL, 1], ['a', 'b'], [[1, 2], [3]], list_value(1, 2), [1, 2.5];
SELECT [10, 20, 30][1], [10, 20, 30][-1], [10, 20, 30][5], [10, 20, 30][2:], [10, 20, 30][:2], [10, 20, 30, 40][1:4:2], list_extract([1, 2], 2), list_element(['a'], 1);
SELECT len([1, 2, 3]), length([]), cardinality(MAP([1], [2])), array_length([1, 2]), list_contains([1, 2], 2), list_has([1], 5), list_position(['a', 'b'], 'b'), 2 = ANY([1, 2]);
SELECT list_append([1], 2), list_prepend(0, [1]), list_concat([1], [2, 3]), [1] || [2], list_reverse([1, 2, 3]), list_sort([3, 1, NULL, 2]), list_reverse_sort([3, 1, 2]), list_sort([3, 1, NULL], 'DESC', 'NULLS LAST');
SELECT list_distinct([1, 1, 2, NULL]).list_sort(), list_unique([1, 1, 2]), list_sum([1, 2, 3]), list_avg([1, 2]), list_min([2, 1]), list_max([2, 1]), list_count([1, NULL]), list_any_value([NULL, 3]), list_median([1, 2, 3, 4]), list_string_agg(['a', 'b']);
SELECT list_slice([1, 2, 3, 4], 2, 3), flatten([[1], [2, 3], NULL, []]), list_resize([1], 3, 0), range(5), range(1, 10, 3), generate_series(1, 3), list_where([1, 2, 3], [true, false, true]), list_select(['a', 'b', 'c'], [3, 1]);
