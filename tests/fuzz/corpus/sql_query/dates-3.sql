SELECT dayname(day) AS d, count(*) FROM sales GROUP BY ALL ORDER BY min(isodow(day));
SELECT min(sold), max(sold), max(sold) - min(sold), min(day), max(day) - min(day) FROM sales;
SELECT id FROM sales WHERE sold >= TIMESTAMP '2024-03-20 00:00:00' AND sold < '2024-03-25' ORDER BY sold;
SELECT count(*) FROM sales WHERE day BETWEEN DATE '2024-01-15' AND DATE '2024-02-15';
SELECT d::DATE FROM generate_series(DATE '2024-01-30', DATE '2024-02-02', INTERVAL 1 DAY) g(d);
SELECT range FROM range(TIMESTAMP '2024-01-01 00:00:00', TIMESTAMP '2024-01-02 00:00:00', INTERVAL 6 HOUR);
