SELECT upper('straße é'), lower('ÀÉ'), length('日本語'), strlen('日本語'), bit_length('é'), char_length('añb'), reverse('abc'), reverse('añb');
SELECT 'a' || 'b' || 1 || true, concat('a', NULL, 1), concat_ws('-', 'a', NULL, 'b', 2);
SELECT substring('hello', 2, 3), substr('hello', -3), substring('hello' FROM 2 FOR 2), 'hello'[2], 'hello'[2:3], 'hello'[-2:], left('hello', 2), right('hello', 2), left('hello', -2), right('hello', -2);
SELECT trim('  a '), ltrim('  a '), rtrim('  a ') || '|', trim('xxaxx', 'x'), trim(BOTH 'x' FROM 'xax'), trim(LEADING 'x' FROM 'xax');
SELECT lpad('7', 3, '0'), rpad('7', 3, '.'), lpad('abcd', 2, 'x'), repeat('ab', 3), repeat('a', 0);
SELECT replace('aXbX', 'X', '--'), translate('12345', '143', 'ax'), position('l' IN 'hello'), instr('hello', 'z'), strpos('hello', 'lo');
