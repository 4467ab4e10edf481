SELECT 0xFF, 1_000, 1e3, x'C0', e'\n', $$x$$, DATE '2020-01-01', INTERVAL 3 DAY, 'a'::TEXT[]
