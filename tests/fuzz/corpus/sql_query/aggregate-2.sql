SELECT median(price), quantile_cont(price, 0.25), quantile_disc(price, 0.9), quantile_cont(price, [0.1, 0.5, 0.9]), percentile_cont(0.5) WITHIN GROUP (ORDER BY price), percentile_disc(0.5) WITHIN GROUP (ORDER BY amount) FROM sales;
SELECT corr(price, amount), covar_pop(price, amount), covar_samp(price, amount), regr_slope(price, amount), regr_intercept(price, amount), regr_r2(price, amount), regr_count(price, amount), regr_avgx(price, amount) FROM sales;
SELECT mode(shop), entropy(shop), approx_count_distinct(shop), any_value(shop) IS NOT NULL, first(id ORDER BY sold), last(id ORDER BY sold) FROM sales;
SELECT list(DISTINCT shop ORDER BY shop), count(DISTINCT (shop, product)), sum(DISTINCT amount), string_agg(DISTINCT shop, '/' ORDER BY shop DESC) FROM sales;
SELECT histogram(shop), histogram(amount) FROM sales;
SELECT sum(1), count(*), sum(NULL::INTEGER), max('x'), min([3, 1]) FROM sales;
