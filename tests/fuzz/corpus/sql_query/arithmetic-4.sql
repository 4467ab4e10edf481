SELECT greatest(1, 3, 2), least(1, 3, 2), greatest(1, NULL, 2), least('b', 'a'), greatest(NULL, NULL);
SELECT gcd(12, 18), lcm(4, 6), factorial(5), 5!, bit_count(255), even(2.1), even(-2.1), isnan('nan'::DOUBLE), isinf('inf'::DOUBLE), isfinite(1.0);
SELECT 'nan'::DOUBLE > 1, 'nan'::DOUBLE = 'nan'::DOUBLE, 'inf'::DOUBLE > 1e308, '-inf'::DOUBLE < 0;
SELECT x FROM (VALUES ('nan'::DOUBLE), (1), ('inf'), (NULL), ('-inf'), (-0.0)) t(x) ORDER BY x;
SELECT x FROM (VALUES ('nan'::DOUBLE), (1), ('inf'), (NULL), ('-inf'), (0.5)) t(x) ORDER BY x DESC;
SELECT NULL + 1, NULL * 0, -NULL::INTEGER, NULL = NULL, NULL IS NULL;
