SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', -1), split_part('a,b', ',', 5), string_split('a,b,,c', ','), str_split('abc', ''), string_split('a b c', ' ');
SELECT ascii('A'), chr(65), chr(8364), unicode('€'), ord('é'), hex('abc'), unhex('616263'), to_hex(255), bin(5), to_base(255, 16);
SELECT regexp_replace('abcabc', 'b', 'X'), regexp_replace('abcabc', 'b', 'X', 'g'), regexp_replace('John Smith', '(\w+) (\w+)', '\2 \1'), regexp_extract('order 12-34', '(\d+)-(\d+)', 2), regexp_extract('none', '\d+');
SELECT regexp_extract_all('a1b22c333', '\d+'), regexp_split_to_array('a1b22c', '\d+'), regexp_extract('2024-05-06', '(\d+)-(\d+)-(\d+)', ['y', 'm', 'd']);
SELECT regexp_replace('ÀB', 'à', 'x', 'i'), regexp_matches('a
b', 'a.b', 's'), regexp_matches('a
b', 'a.b');
SELECT md5('abc'), sha256('abc'), sha1('abc');
