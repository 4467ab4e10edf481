SELECT DATE '2024-02-28' + 1, DATE '2024-02-28' + INTERVAL 1 DAY, DATE '2024-03-01' - 1, DATE '2024-03-01' - DATE '2024-02-01', DATE '2024-01-31' + INTERVAL 1 MONTH;
SELECT TIMESTAMP '2024-01-31 10:00:00' + INTERVAL '1 month 2 days 03:04:05', TIMESTAMP '2024-03-31 00:00:00' - INTERVAL 1 MONTH, TIMESTAMP '2024-03-01 00:00:00' - TIMESTAMP '2024-02-01 12:00:00';
SELECT year(d), month(d), day(d), quarter(d), week(d), isoyear(d), dayofweek(d), isodow(d), dayofyear(d), dayname(d), monthname(d), decade(d), century(d), millennium(d) FROM (SELECT DATE '2024-12-30' AS d);
SELECT hour(t), minute(t), second(t), millisecond(t), microsecond(t), epoch(t), epoch_ms(t), epoch_us(t) FROM (SELECT TIMESTAMP '2024-05-06 07:08:09.123456' AS t);
SELECT extract(year FROM DATE '2024-05-06'), extract('dow' FROM DATE '2024-05-05'), date_part('week', DATE '2021-01-01'), date_part(['year', 'month'], DATE '2024-05-06'), extract(epoch FROM INTERVAL '1 day 1 hour');
SELECT date_trunc('month', DATE '2024-05-06'), date_trunc('hour', TIMESTAMP '2024-05-06 07:08:09'), date_trunc('week', DATE '2024-05-05'), date_trunc('quarter', DATE '2024-05-06'), date_trunc('decade', DATE '2024-05-06');
