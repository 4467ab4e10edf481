SELECT -(-128)::TINYINT;
SELECT 200::TINYINT;
SELECT abs(-5), abs(-5.5), sign(-3), sign(0), sign(2.5), ceil(1.2), floor(-1.2), round(2.5), round(-2.5), round(3.5), trunc(2.9), trunc(-2.9);
SELECT round(1234.5678, 2), round(1234.5678, -2), round(1.005, 2), round(1.005::DOUBLE, 2), round(15, -1);
SELECT sqrt(2), cbrt(27), exp(1), ln(10), log(1000), log2(8), log(2, 8), pow(2, 3), power(2, -1);
SELECT sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan(1), atan2(1, -1), cot(1), degrees(pi()), radians(180);
