/* The table of functions.h: FN(id, name, kind, parameters, result, description, example). Included with FN defined. */

/* Comparison. */
FN(EQ, "=", FUNCTION_SCALAR, "T,T", "bool", "Whether the left value is equal; null with nulls.", "1 = 2")
FN(NE, "<>", FUNCTION_SCALAR, "T,T", "bool", "Whether the left value is not equal; null with nulls.",
   "1 <> 2")
FN(LT, "<", FUNCTION_SCALAR, "T,T", "bool", "Whether the left value is less; null with nulls.", "1 < 2")
FN(LE, "<=", FUNCTION_SCALAR, "T,T", "bool", "Whether the left value is less or equal; null with nulls.",
   "1 <= 2")
FN(GT, ">", FUNCTION_SCALAR, "T,T", "bool", "Whether the left value is greater; null with nulls.", "1 > 2")
FN(GE, ">=", FUNCTION_SCALAR, "T,T", "bool", "Whether the left value is greater or equal; null with nulls.",
   "1 >= 2")
FN(DISTINCT_FROM, "is distinct from", FUNCTION_SCALAR, "T,T", "bool",
   "Whether two values differ; nulls are equal to each other.", "NULL IS DISTINCT FROM 1")
FN(NOT_DISTINCT_FROM, "is not distinct from", FUNCTION_SCALAR, "T,T", "bool",
   "Whether two values are the same; nulls are equal to each other.", "NULL IS NOT DISTINCT FROM NULL")
FN(BETWEEN, "between", FUNCTION_SCALAR, "T,T,T", "bool",
   "Whether a value lies between two others, both included.", "2 BETWEEN 1 AND 3")

/* Arithmetic. */
FN(ADD, "+", FUNCTION_SCALAR, "num,num", "@add", "Sum; an error when it does not fit its type.", "1 + 2")
FN(POSITIVE, "+", FUNCTION_SCALAR, "num", "1", "The number itself.", "+1")
FN(ADD_DATE, "+", FUNCTION_SCALAR, "date,int", "date", "A date some days later.", "DATE '2024-01-31' + 1")
FN(ADD_DATE_RIGHT, "+", FUNCTION_SCALAR, "int,date", "date", "A date some days later.",
   "1 + DATE '2024-01-31'")
FN(ADD_INTERVAL, "+", FUNCTION_SCALAR, "temporal,interval", "@timestamp",
   "A point in time, moved by an interval.", "DATE '2024-01-31' + INTERVAL 1 MONTH")
FN(ADD_INTERVAL_RIGHT, "+", FUNCTION_SCALAR, "interval,temporal", "@timestamp",
   "A point in time, moved by an interval.", "INTERVAL 1 MONTH + DATE '2024-01-31'")
FN(ADD_TIME, "+", FUNCTION_SCALAR, "time,interval", "time",
   "A time of day, moved by an interval, modulo a day.", "TIME '23:00' + INTERVAL 2 HOUR")
FN(ADD_TIME_RIGHT, "+", FUNCTION_SCALAR, "interval,time", "time",
   "A time of day, moved by an interval, modulo a day.", "INTERVAL 2 HOUR + TIME '23:00'")
FN(ADD_INTERVALS, "+", FUNCTION_SCALAR, "interval,interval", "interval",
   "Sum of two intervals, part by part.", "INTERVAL 1 DAY + INTERVAL 2 HOUR")
FN(ADD_DATE_TIME, "+", FUNCTION_SCALAR, "date,time", "timestamp", "A date and a time of day together.",
   "DATE '2024-01-31' + TIME '10:00'")
FN(ADD_TIME_DATE, "+", FUNCTION_SCALAR, "time,date", "timestamp", "A date and a time of day together.",
   "TIME '10:00' + DATE '2024-01-31'")
FN(SUBTRACT, "-", FUNCTION_SCALAR, "num,num", "@add", "Difference; an error when it does not fit its type.",
   "3 - 2")
FN(NEGATE, "-", FUNCTION_SCALAR, "num|interval", "@negate", "The number with the other sign.", "-(1)")
FN(SUBTRACT_DATE, "-", FUNCTION_SCALAR, "date,int", "date", "A date some days earlier.",
   "DATE '2024-01-31' - 1")
FN(SUBTRACT_DATES, "-", FUNCTION_SCALAR, "date,date", "bigint", "Days between two dates.",
   "DATE '2024-01-31' - DATE '2024-01-01'")
FN(SUBTRACT_TIMESTAMPS, "-", FUNCTION_SCALAR, "timestamp,timestamp|timestamptz,timestamptz", "interval",
   "Time between two points.", "TIMESTAMP '2024-01-02 00:00' - TIMESTAMP '2024-01-01 00:00'")
FN(SUBTRACT_INTERVAL, "-", FUNCTION_SCALAR, "temporal,interval", "@timestamp",
   "A point in time, moved back by an interval.", "DATE '2024-03-31' - INTERVAL 1 MONTH")
FN(SUBTRACT_TIME, "-", FUNCTION_SCALAR, "time,interval", "time",
   "A time of day, moved back by an interval, modulo a day.", "TIME '01:00' - INTERVAL 2 HOUR")
FN(SUBTRACT_INTERVALS, "-", FUNCTION_SCALAR, "interval,interval", "interval",
   "Difference of two intervals, part by part.", "INTERVAL 1 DAY - INTERVAL 2 HOUR")
FN(MULTIPLY, "*", FUNCTION_SCALAR, "num,num", "@multiply", "Product; an error when it does not fit its type.",
   "2 * 3")
FN(MULTIPLY_INTERVAL, "*", FUNCTION_SCALAR, "interval,bigint", "interval", "An interval some times over.",
   "INTERVAL 1 DAY * 3")
FN(MULTIPLY_INTERVAL_RIGHT, "*", FUNCTION_SCALAR, "bigint,interval", "interval",
   "An interval some times over.", "3 * INTERVAL 1 DAY")
FN(DIVIDE, "/", FUNCTION_SCALAR, "num,num", "@divide",
   "Quotient as a floating-point number; null when divided by zero.", "1 / 2")
FN(DIVIDE_INTERVAL, "/", FUNCTION_SCALAR, "interval,bigint", "interval", "An interval in parts.",
   "INTERVAL 6 HOUR / 3")
FN(INT_DIVIDE, "//", FUNCTION_SCALAR, "num,num", "@modulo",
   "Quotient, rounded toward zero; null when divided by zero.", "7 // 2")
FN(MODULO, "%", FUNCTION_SCALAR, "num,num", "@modulo",
   "Remainder, with the sign of the left number; null when divided by zero.", "7 % 2")
FN(POWER, "pow", FUNCTION_SCALAR, "double,double", "double", "Left number to the power of the right one.",
   "pow(2, 3)")
FN(BIT_AND, "&", FUNCTION_SCALAR, "T,T", "@bits", "Bits set in both.", "5 & 4")
FN(BIT_OR, "|", FUNCTION_SCALAR, "T,T", "@bits", "Bits set in either.", "5 | 2")
FN(BIT_XOR, "xor", FUNCTION_SCALAR, "T,T", "@bits", "Bits set in exactly one.", "xor(5, 1)")
FN(BIT_NOT, "~", FUNCTION_SCALAR, "int", "1", "Every bit the other way.", "~5")
FN(SHIFT_LEFT, "<<", FUNCTION_SCALAR, "int,int", "1", "Bits moved left; an error when they leave the type.",
   "1 << 4")
FN(SHIFT_RIGHT, ">>", FUNCTION_SCALAR, "int,int", "1", "Bits moved right.", "16 >> 2")

/* Numbers. */
FN(ABS, "abs", FUNCTION_SCALAR, "num", "1", "Without its sign.", "abs(-3)")
FN(SIGN, "sign", FUNCTION_SCALAR, "num", "tinyint", "-1, 0 or 1.", "sign(-3.5)")
FN(CEIL, "ceil", FUNCTION_SCALAR, "num", "@round", "The nearest whole number above.", "ceil(1.2)")
FN(FLOOR, "floor", FUNCTION_SCALAR, "num", "@round", "The nearest whole number below.", "floor(1.8)")
FN(TRUNC, "trunc", FUNCTION_SCALAR, "num", "@round", "Without its fraction.", "trunc(1.8)")
FN(ROUND, "round", FUNCTION_SCALAR, "num,integer?", "@round",
   "Rounded to some digits behind the point, halves away from zero.", "round(1.25, 1)")
FN(ROUND_EVEN, "round_even", FUNCTION_SCALAR, "num,integer", "@round_even",
   "Rounded to some digits, halves to the even neighbour.", "round_even(2.5, 0)")
FN(EVEN, "even", FUNCTION_SCALAR, "double", "double", "The next even number away from zero.", "even(2.9)")
FN(GREATEST, "greatest", FUNCTION_SCALAR, "T,T*", "T", "The greatest of its arguments; nulls are left out.",
   "greatest(1, 3, 2)")
FN(LEAST, "least", FUNCTION_SCALAR, "T,T*", "T", "The least of its arguments; nulls are left out.",
   "least(1, 3, 2)")
FN(SQRT, "sqrt", FUNCTION_SCALAR, "double", "double", "Square root.", "sqrt(4)")
FN(CBRT, "cbrt", FUNCTION_SCALAR, "double", "double", "Cube root.", "cbrt(8)")
FN(EXP, "exp", FUNCTION_SCALAR, "double", "double", "e to the power of a number.", "exp(1)")
FN(LN, "ln", FUNCTION_SCALAR, "double", "double", "Natural logarithm.", "ln(2)")
FN(LOG2, "log2", FUNCTION_SCALAR, "double", "double", "Logarithm to base 2.", "log2(8)")
FN(SIN, "sin", FUNCTION_SCALAR, "double", "double", "Sine.", "sin(0)")
FN(COS, "cos", FUNCTION_SCALAR, "double", "double", "Cosine.", "cos(0)")
FN(TAN, "tan", FUNCTION_SCALAR, "double", "double", "Tangent.", "tan(0)")
FN(COT, "cot", FUNCTION_SCALAR, "double", "double", "Cotangent.", "cot(1)")
FN(ASIN, "asin", FUNCTION_SCALAR, "double", "double", "Arc sine.", "asin(1)")
FN(ACOS, "acos", FUNCTION_SCALAR, "double", "double", "Arc cosine.", "acos(1)")
FN(ATAN, "atan", FUNCTION_SCALAR, "double", "double", "Arc tangent.", "atan(1)")
FN(SINH, "sinh", FUNCTION_SCALAR, "double", "double", "Hyperbolic sine.", "sinh(1)")
FN(COSH, "cosh", FUNCTION_SCALAR, "double", "double", "Hyperbolic cosine.", "cosh(1)")
FN(TANH, "tanh", FUNCTION_SCALAR, "double", "double", "Hyperbolic tangent.", "tanh(1)")
FN(ASINH, "asinh", FUNCTION_SCALAR, "double", "double", "Inverse hyperbolic sine.", "asinh(1)")
FN(ACOSH, "acosh", FUNCTION_SCALAR, "double", "double", "Inverse hyperbolic cosine.", "acosh(1)")
FN(ATANH, "atanh", FUNCTION_SCALAR, "double", "double", "Inverse hyperbolic tangent.", "atanh(0.5)")
FN(DEGREES, "degrees", FUNCTION_SCALAR, "double", "double", "Radians as degrees.", "degrees(pi())")
FN(RADIANS, "radians", FUNCTION_SCALAR, "double", "double", "Degrees as radians.", "radians(180)")
FN(GAMMA, "gamma", FUNCTION_SCALAR, "double", "double", "The gamma function.", "gamma(5)")
FN(LGAMMA, "lgamma", FUNCTION_SCALAR, "double", "double", "Logarithm of the gamma function.", "lgamma(5)")
FN(LOG, "log", FUNCTION_SCALAR, "double|double,double", "double",
   "Logarithm to base 10, or to the base given first.", "log(2, 64)")
FN(ATAN2, "atan2", FUNCTION_SCALAR, "double,double", "double", "Angle of the point (second, first).",
   "atan2(1, 0)")
FN(PI, "pi", FUNCTION_SCALAR, "", "double", "The number pi.", "pi()")
FN(FDIV, "fdiv", FUNCTION_SCALAR, "double,double", "double", "Quotient, rounded down.", "fdiv(5, 2)")
FN(FMOD, "fmod", FUNCTION_SCALAR, "double,double", "double", "Remainder of the quotient rounded down.",
   "fmod(5.1, 2)")
FN(DIV, "divide", FUNCTION_SCALAR, "int,int", "@modulo", "Whole quotient.", "divide(7, 2)")
FN(FACTORIAL, "factorial", FUNCTION_SCALAR, "integer", "hugeint", "Product of the whole numbers up to it.",
   "5!")
FN(GCD, "gcd", FUNCTION_SCALAR, "bigint,bigint|hugeint,hugeint", "1", "Greatest common divisor.",
   "gcd(12, 18)")
FN(LCM, "lcm", FUNCTION_SCALAR, "bigint,bigint|hugeint,hugeint", "1", "Least common multiple.", "lcm(4, 6)")
FN(BIT_COUNT, "bit_count", FUNCTION_SCALAR, "int", "tinyint", "How many bits are set.", "bit_count(7)")
FN(NEXTAFTER, "nextafter", FUNCTION_SCALAR, "double,double", "double",
   "The next floating-point number toward another.", "nextafter(1, 2) > 1")
FN(IS_NAN, "isnan", FUNCTION_SCALAR, "double", "bool", "Whether it is not a number.", "isnan('nan'::DOUBLE)")
FN(IS_INF, "isinf", FUNCTION_SCALAR, "double|date|timestamp", "bool", "Whether it is infinite.",
   "isinf('inf'::DOUBLE)")
FN(IS_FINITE, "isfinite", FUNCTION_SCALAR, "double|date|timestamp", "bool", "Whether it is finite.",
   "isfinite(1.5)")
FN(RANDOM, "random", FUNCTION_SCALAR, "", "double", "A random number from 0 up to 1.", "random()")
FN(SIGNBIT, "signbit", FUNCTION_SCALAR, "double", "bool", "Whether the sign bit is set.", "signbit(-1.0)")
FN(WIDTH_BUCKET, "equi_width_bins", FUNCTION_SCALAR, "T,T,bigint,bool", "T[]",
   "Upper bounds of bins of equal width.", "equi_width_bins(0, 10, 2, true)")

/* Text. */
FN(CONCAT_OP, "||", FUNCTION_SCALAR, "text,text|T[],T[]|blob,blob", "1", "Joined; null with nulls.",
   "'a' || 'b'")
FN(CONCAT, "concat", FUNCTION_SCALAR, "any*", "@concat", "All arguments as text, joined; nulls are left out.",
   "concat('a', 1, NULL)")
FN(CONCAT_WS, "concat_ws", FUNCTION_SCALAR, "text,any*", "text",
   "All further arguments as text, joined by the first; nulls are left out.", "concat_ws('-', 'a', 'b')")
FN(LENGTH, "length", FUNCTION_SCALAR, "text|list|map|blob", "bigint",
   "Characters of a text, items of a list, entries of a map.", "length('héllo')")
FN(STRLEN, "strlen", FUNCTION_SCALAR, "text", "bigint", "Bytes of a text.", "strlen('héllo')")
FN(BIT_LENGTH, "bit_length", FUNCTION_SCALAR, "text", "bigint", "Bits of a text.", "bit_length('ab')")
FN(OCTET_LENGTH, "octet_length", FUNCTION_SCALAR, "blob", "bigint", "Bytes of a blob.",
   "octet_length('ab'::BLOB)")
FN(LENGTH_GRAPHEME, "length_grapheme", FUNCTION_SCALAR, "text", "bigint",
   "Characters as a reader counts them.", "length_grapheme('ab')")
FN(LOWER, "lower", FUNCTION_SCALAR, "text", "text", "In lower case.", "lower('ABC')")
FN(UPPER, "upper", FUNCTION_SCALAR, "text", "text", "In upper case.", "upper('abc')")
FN(TRIM, "trim", FUNCTION_SCALAR, "text,text?", "text",
   "Without blanks (or the given characters) at both ends.", "trim(' a ')")
FN(LTRIM, "ltrim", FUNCTION_SCALAR, "text,text?", "text",
   "Without blanks (or the given characters) at the begin.", "ltrim(' a ')")
FN(RTRIM, "rtrim", FUNCTION_SCALAR, "text,text?", "text",
   "Without blanks (or the given characters) at the end.", "rtrim(' a ')")
FN(SUBSTRING, "substring", FUNCTION_SCALAR, "text,bigint,bigint?|blob,bigint,bigint?", "1",
   "Characters from a position (1 is the first; negative: from the end) on.", "substring('hello', 2, 3)")
FN(LEFT, "left", FUNCTION_SCALAR, "text,bigint", "text", "The first characters; negative: all but the last.",
   "left('hello', 2)")
FN(RIGHT, "right", FUNCTION_SCALAR, "text,bigint", "text",
   "The last characters; negative: all but the first.", "right('hello', 2)")
FN(SLICE, "array_slice", FUNCTION_SCALAR,
   "text,bigint,bigint,bigint?|T[],bigint,bigint,bigint?|blob,bigint,bigint,bigint?", "1",
   "From one position to another, both included; null: open end. A list also in steps.",
   "array_slice([1, 2, 3], 2, 3)")
FN(EXTRACT_AT, "array_extract", FUNCTION_SCALAR, "text,bigint", "text", "The character at a position.",
   "array_extract('abc', 2)")
FN(REPLACE, "replace", FUNCTION_SCALAR, "text,text,text", "text", "Every occurrence of a text, replaced.",
   "replace('hello', 'l', 'L')")
FN(TRANSLATE, "translate", FUNCTION_SCALAR, "text,text,text", "text",
   "Characters of one list, replaced by those of another.", "translate('abc', 'ab', 'xy')")
FN(REVERSE, "reverse", FUNCTION_SCALAR, "text", "text", "The other way round.", "reverse('abc')")
FN(REPEAT, "repeat", FUNCTION_SCALAR, "text,bigint|T[],bigint|blob,bigint", "1", "Some times over.",
   "repeat('ab', 2)")
FN(LPAD, "lpad", FUNCTION_SCALAR, "text,integer,text", "text", "Filled on the left (or cut) to a length.",
   "lpad('7', 3, '0')")
FN(RPAD, "rpad", FUNCTION_SCALAR, "text,integer,text", "text", "Filled on the right (or cut) to a length.",
   "rpad('7', 3, '0')")
FN(POSITION, "instr", FUNCTION_SCALAR, "text,text", "bigint",
   "Where a text first occurs in another (1 is the first character); 0: nowhere.", "instr('hello', 'l')")
FN(CONTAINS, "contains", FUNCTION_SCALAR, "text,text|blob,blob", "bool",
   "Whether one text occurs in another.", "contains('hello', 'ell')")
FN(STARTS_WITH, "starts_with", FUNCTION_SCALAR, "text,text", "bool", "Whether a text begins with another.",
   "starts_with('hello', 'he')")
FN(ENDS_WITH, "ends_with", FUNCTION_SCALAR, "text,text", "bool", "Whether a text ends with another.",
   "ends_with('hello', 'lo')")
FN(LIKE, "~~", FUNCTION_SCALAR, "text,text", "bool", "Whether a text matches a pattern with % and _.",
   "'hello' LIKE 'h%'")
FN(NOT_LIKE, "!~~", FUNCTION_SCALAR, "text,text", "bool", "Whether a text does not match a pattern.",
   "'hello' NOT LIKE 'h%'")
FN(ILIKE, "~~*", FUNCTION_SCALAR, "text,text", "bool", "LIKE in any case.", "'Hello' ILIKE 'h%'")
FN(NOT_ILIKE, "!~~*", FUNCTION_SCALAR, "text,text", "bool", "NOT LIKE in any case.", "'Hello' NOT ILIKE 'h%'")
FN(GLOB, "~~~", FUNCTION_SCALAR, "text,text", "bool", "Whether a text matches a pattern with *, ? and [ ].",
   "'hello' GLOB 'h*'")
FN(LIKE_ESCAPE, "like_escape", FUNCTION_SCALAR, "text,text,text", "bool", "LIKE with an escape character.",
   "'5%' LIKE '5$%' ESCAPE '$'")
FN(NOT_LIKE_ESCAPE, "not_like_escape", FUNCTION_SCALAR, "text,text,text", "bool",
   "NOT LIKE with an escape character.", "'5%' NOT LIKE '5$%' ESCAPE '$'")
FN(ILIKE_ESCAPE, "ilike_escape", FUNCTION_SCALAR, "text,text,text", "bool", "ILIKE with an escape character.",
   "'A%' ILIKE 'a$%' ESCAPE '$'")
FN(NOT_ILIKE_ESCAPE, "not_ilike_escape", FUNCTION_SCALAR, "text,text,text", "bool",
   "NOT ILIKE with an escape character.", "'A%' NOT ILIKE 'a$%' ESCAPE '$'")
FN(REGEXP_FULL, "regexp_full_match", FUNCTION_SCALAR, "text,text,text?", "bool",
   "Whether the whole text matches a regular expression.", "regexp_full_match('abc', 'a.c')")
FN(REGEXP, "regexp_matches", FUNCTION_SCALAR, "text,text,text?", "bool",
   "Whether a part of the text matches a regular expression.", "regexp_matches('abc', 'b')")
FN(REGEXP_REPLACE, "regexp_replace", FUNCTION_SCALAR, "text,text,text,text?", "text",
   "The first match (option g: every match) replaced; \\1 is the first group.",
   "regexp_replace('abc', 'b', 'x')")
FN(REGEXP_EXTRACT, "regexp_extract", FUNCTION_SCALAR, "text,text,integer?,text?", "text",
   "The first match, or one of its groups; empty when there is none.", "regexp_extract('ab12', '[0-9]+')")
FN(REGEXP_EXTRACT_NAMED, "regexp_extract", FUNCTION_SCALAR, "text,text,text[],text?", "@named",
   "The groups of the first match under names of their own.", "regexp_extract('a1', '(.)(.)', ['x', 'y'])")
FN(REGEXP_EXTRACT_ALL, "regexp_extract_all", FUNCTION_SCALAR, "text,text,integer?,text?", "text[]",
   "Every match, or one group of every match.", "regexp_extract_all('a1b2', '[0-9]')")
FN(REGEXP_SPLIT, "regexp_split_to_array", FUNCTION_SCALAR, "text,text,text?", "text[]",
   "Cut where a regular expression matches.", "regexp_split_to_array('a1b', '[0-9]')")
FN(REGEXP_ESCAPE, "regexp_escape", FUNCTION_SCALAR, "text", "text",
   "The text as a regular expression that matches it.", "regexp_escape('a.b')")
FN(SPLIT, "string_split", FUNCTION_SCALAR, "text,text", "text[]", "Cut at a separator.",
   "string_split('a-b', '-')")
FN(SPLIT_PART, "split_part", FUNCTION_SCALAR, "text,text,bigint", "text",
   "One part of a text cut at a separator.", "split_part('a-b', '-', 2)")
FN(ASCII, "ascii", FUNCTION_SCALAR, "text", "integer", "Code point of the first character.", "ascii('A')")
FN(UNICODE, "unicode", FUNCTION_SCALAR, "text", "integer",
   "Code point of the first character; -1 of an empty text.", "unicode('A')")
FN(CHR, "chr", FUNCTION_SCALAR, "integer", "text", "The character of a code point.", "chr(65)")
FN(HEX, "hex", FUNCTION_SCALAR, "text|blob|hugeint", "text", "Hexadecimal digits.", "hex('ab')")
FN(UNHEX, "unhex", FUNCTION_SCALAR, "text", "blob", "Bytes of hexadecimal digits.", "unhex('6162')")
FN(BIN, "bin", FUNCTION_SCALAR, "text|hugeint", "text", "Binary digits.", "bin(5)")
FN(UNBIN, "unbin", FUNCTION_SCALAR, "text", "blob", "Bytes of binary digits.", "unbin('01100001')")
FN(MD5, "md5", FUNCTION_SCALAR, "text|blob", "text", "MD5 digest in hexadecimal digits.", "md5('a')")
FN(SHA1, "sha1", FUNCTION_SCALAR, "text|blob", "text", "SHA-1 digest in hexadecimal digits.", "sha1('a')")
FN(SHA256, "sha256", FUNCTION_SCALAR, "text|blob", "text", "SHA-256 digest in hexadecimal digits.",
   "sha256('a')")
FN(MD5_NUMBER, "md5_number", FUNCTION_SCALAR, "text|blob", "hugeint", "MD5 digest as a number.",
   "md5_number('a')")
FN(MD5_LOWER, "md5_number_lower", FUNCTION_SCALAR, "text|blob", "ubigint",
   "Last eight bytes of the MD5 digest as a number.", "md5_number_lower('a')")
FN(MD5_UPPER, "md5_number_upper", FUNCTION_SCALAR, "text|blob", "ubigint",
   "First eight bytes of the MD5 digest as a number.", "md5_number_upper('a')")
FN(BASE64, "base64", FUNCTION_SCALAR, "blob", "text", "Base64 text of bytes.", "base64('ab'::BLOB)")
FN(FROM_BASE64, "from_base64", FUNCTION_SCALAR, "text", "blob", "Bytes of base64 text.",
   "from_base64('YWI=')")
FN(ENCODE, "encode", FUNCTION_SCALAR, "text", "blob", "The bytes of a text.", "encode('a')")
FN(DECODE, "decode", FUNCTION_SCALAR, "blob", "text", "The text that bytes mean.", "decode('a'::BLOB)")
FN(HASH, "hash", FUNCTION_SCALAR, "any,any*", "ubigint", "A number that equal values share.", "hash('a')")
FN(LEVENSHTEIN, "levenshtein", FUNCTION_SCALAR, "text,text", "bigint",
   "Single-character edits from one text to another.", "levenshtein('duck', 'db')")
FN(DAMERAU, "damerau_levenshtein", FUNCTION_SCALAR, "text,text", "bigint",
   "The same with swapped neighbours as one edit.", "damerau_levenshtein('ab', 'ba')")
FN(HAMMING, "hamming", FUNCTION_SCALAR, "text,text", "bigint",
   "Positions in which two texts of one length differ.", "hamming('abc', 'abd')")
FN(JACCARD, "jaccard", FUNCTION_SCALAR, "text,text", "double",
   "Share of characters that two texts have in common.", "jaccard('abc', 'abd')")
FN(JARO, "jaro_similarity", FUNCTION_SCALAR, "text,text", "double", "Jaro similarity.",
   "jaro_similarity('duck', 'duckdb')")
FN(JARO_WINKLER, "jaro_winkler_similarity", FUNCTION_SCALAR, "text,text", "double",
   "Jaro-Winkler similarity.", "jaro_winkler_similarity('duck', 'duckdb')")
FN(FORMAT, "format", FUNCTION_SCALAR, "text,any*", "text",
   "Text with {} replaced by the arguments, as the fmt library does.", "format('{} is {}', 'a', 1)")
FN(PRINTF, "printf", FUNCTION_SCALAR, "text,any*", "text", "Text with %d, %s, … replaced by the arguments.",
   "printf('%s is %d', 'a', 1)")
FN(FORMAT_BYTES, "format_bytes", FUNCTION_SCALAR, "bigint", "text", "A number of bytes with a binary unit.",
   "format_bytes(16384)")
FN(STRIP_ACCENTS, "strip_accents", FUNCTION_SCALAR, "text", "text", "Letters without their accents.",
   "strip_accents('é')")
FN(PARSE_FILENAME, "parse_filename", FUNCTION_SCALAR, "text,bool?", "text", "The last part of a path.",
   "parse_filename('a/b.csv')")
FN(URL_ENCODE, "url_encode", FUNCTION_SCALAR, "text", "text", "Text with %XX for what a URL may not hold.",
   "url_encode('a b')")
FN(URL_DECODE, "url_decode", FUNCTION_SCALAR, "text", "text", "The text behind %XX.", "url_decode('a%20b')")
FN(BAR, "bar", FUNCTION_SCALAR, "double,double,double,double?", "text",
   "A bar whose length shows a number between two others.", "bar(5, 0, 10, 10)")
FN(TO_BASE, "to_base", FUNCTION_SCALAR, "bigint,integer,integer?", "text",
   "Digits of a number to a base from 2 to 36.", "to_base(42, 16)")
FN(PARSE_DIRPATH, "parse_dirpath", FUNCTION_SCALAR, "text", "=regexp_extract($1, '^(.*)[/\\\\]', 1)",
   "A path without its last part.", "parse_dirpath('a/b/c.csv')")
FN(REGEXP_SPLIT_ROWS, "regexp_split_to_table", FUNCTION_SCALAR, "text,text",
   "=unnest(string_split_regex($1, $2))", "The parts between matches of a pattern, as rows.",
   "regexp_split_to_table('a b', ' ')")

/* Dates and times. */
FN(PART_YEAR, "year", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "Year.",
   "year(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_MONTH, "month", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Month, 1 to 12.", "month(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_DAY, "day", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Day of the month.", "day(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_QUARTER, "quarter", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Quarter, 1 to 4.", "quarter(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_WEEK, "week", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "ISO week.",
   "week(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_WEEKDAY, "dayofweek", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Day of the week, Sunday is 0.", "dayofweek(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_ISODOW, "isodow", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Day of the week, Monday is 1.", "isodow(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_DAYOFYEAR, "dayofyear", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Day of the year.", "dayofyear(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_ISOYEAR, "isoyear", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "ISO year.", "isoyear(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_YEARWEEK, "yearweek", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "ISO year and week as one number.", "yearweek(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_DECADE, "decade", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "Year / 10.",
   "decade(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_CENTURY, "century", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "Century.",
   "century(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_MILLENNIUM, "millennium", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Millennium.", "millennium(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_ERA, "era", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "1, before the first year 0.", "era(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_HOUR, "hour", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "Hour.",
   "hour(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_MINUTE, "minute", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "Minute.",
   "minute(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_SECOND, "second", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint", "Second.",
   "second(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_MILLISECOND, "millisecond", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Milliseconds with the seconds.", "millisecond(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_MICROSECOND, "microsecond", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Microseconds with the seconds.", "microsecond(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_NANOSECOND, "nanosecond", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Nanoseconds with the seconds.", "nanosecond(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_TIMEZONE, "timezone", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Seconds east of UTC.", "timezone(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_TIMEZONE_HOUR, "timezone_hour", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Hours east of UTC.", "timezone_hour(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_TIMEZONE_MINUTE, "timezone_minute", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time",
   "bigint", "Minutes east of UTC beside the hours.", "timezone_minute(TIMESTAMP '2024-05-06 07:08:09')")
FN(PART_EPOCH, "epoch", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "double",
   "Seconds since 1970.", "epoch(DATE '2024-05-06')")
FN(PART_JULIAN, "julian", FUNCTION_SCALAR, "date|timestamp|timestamptz", "double", "Julian day.",
   "julian(DATE '2024-05-06')")
FN(EPOCH_MS, "epoch_ms", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Milliseconds since 1970.", "epoch_ms(DATE '2024-05-06')")
FN(EPOCH_MS_TO, "epoch_ms", FUNCTION_SCALAR, "bigint", "timestamp",
   "The point in time of milliseconds since 1970.", "epoch_ms(1)")
FN(EPOCH_US, "epoch_us", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Microseconds since 1970.", "epoch_us(DATE '2024-05-06')")
FN(EPOCH_NS, "epoch_ns", FUNCTION_SCALAR, "date|timestamp|timestamptz|interval|time", "bigint",
   "Nanoseconds since 1970.", "epoch_ns(DATE '2024-05-06')")
FN(MAKE_TIMESTAMP, "make_timestamp", FUNCTION_SCALAR, "bigint|bigint,bigint,bigint,bigint,bigint,double",
   "timestamp", "From microseconds since 1970, or from year, month, day, hour, minute, second.",
   "make_timestamp(2024, 5, 6, 7, 8, 9.5)")
FN(MAKE_TIMESTAMP_MS, "make_timestamp_ms", FUNCTION_SCALAR, "bigint", "timestamp",
   "From milliseconds since 1970.", "make_timestamp_ms(1)")
FN(MAKE_TIMESTAMP_NS, "make_timestamp_ns", FUNCTION_SCALAR, "bigint", "@timestamp_ns",
   "From nanoseconds since 1970.", "make_timestamp_ns(1)")
FN(MAKE_DATE, "make_date", FUNCTION_SCALAR, "bigint,bigint,bigint|bigint", "date",
   "From year, month, day, or from days since 1970.", "make_date(2024, 5, 6)")
FN(MAKE_TIME, "make_time", FUNCTION_SCALAR, "bigint,bigint,double", "time", "From hour, minute, second.",
   "make_time(7, 8, 9.5)")
FN(TO_TIMESTAMP, "to_timestamp", FUNCTION_SCALAR, "double", "timestamptz", "From seconds since 1970.",
   "to_timestamp(1.5)")
FN(DATE_PART, "date_part", FUNCTION_SCALAR,
   "text,date|text,timestamp|text,timestamptz|text,interval|text,time", "@date_part", "A part by its name.",
   "date_part('year', DATE '2024-05-06')")
FN(DATE_PARTS, "date_part", FUNCTION_SCALAR,
   "text[],date|text[],timestamp|text[],timestamptz|text[],interval|text[],time", "@date_parts",
   "Several parts as a struct.", "date_part(['year', 'month'], DATE '2024-05-06')")
FN(DATE_TRUNC, "date_trunc", FUNCTION_SCALAR, "text,date|text,timestamp|text,timestamptz|text,interval",
   "@date_trunc", "Cut to a part.", "date_trunc('month', DATE '2024-05-06')")
FN(DATE_DIFF, "date_diff", FUNCTION_SCALAR,
   "text,date,date|text,timestamp,timestamp|text,timestamptz,timestamptz|text,time,time", "bigint",
   "Borders of a part between two points.", "date_diff('month', DATE '2024-01-31', DATE '2024-02-01')")
FN(DATE_SUB, "date_sub", FUNCTION_SCALAR,
   "text,date,date|text,timestamp,timestamp|text,timestamptz,timestamptz|text,time,time", "bigint",
   "Whole parts between two points.", "date_sub('month', DATE '2024-01-31', DATE '2024-03-01')")
FN(DATE_ADD, "date_add", FUNCTION_SCALAR, "temporal,interval", "@timestamp",
   "A point in time, moved by an interval.", "date_add(DATE '2024-01-31', INTERVAL 1 MONTH)")
FN(AGE, "age", FUNCTION_SCALAR, "timestamp,timestamp?|timestamptz,timestamptz?", "interval",
   "Years, months, days and time between two points.", "age(TIMESTAMP '2024-03-01', TIMESTAMP '2024-01-31')")
FN(LAST_DAY, "last_day", FUNCTION_SCALAR, "date|timestamp|timestamptz", "date", "Last day of the month.",
   "last_day(DATE '2024-02-01')")
FN(DAYNAME, "dayname", FUNCTION_SCALAR, "date|timestamp|timestamptz", "text", "Name of the day.",
   "dayname(DATE '2024-02-01')")
FN(MONTHNAME, "monthname", FUNCTION_SCALAR, "date|timestamp|timestamptz", "text", "Name of the month.",
   "monthname(DATE '2024-02-01')")
FN(STRFTIME, "strftime", FUNCTION_SCALAR, "date,text|timestamp,text|timestamptz,text,text?", "text",
   "Written by a pattern.", "strftime(DATE '2024-02-01', '%d.%m.%Y')")
FN(STRFTIME_RIGHT, "strftime", FUNCTION_SCALAR, "text,date|text,timestamp|text,timestamptz", "text",
   "Written by a pattern.", "strftime('%d.%m.%Y', DATE '2024-02-01')")
FN(STRPTIME, "strptime", FUNCTION_SCALAR, "text,text|text,text[]", "timestamp",
   "Read by a pattern; an error when it does not fit.", "strptime('01.02.2024', '%d.%m.%Y')")
FN(TRY_STRPTIME, "try_strptime", FUNCTION_SCALAR, "text,text|text,text[]", "timestamp",
   "Read by a pattern; null when it does not fit.", "try_strptime('01.02.2024', '%d.%m.%Y')")
FN(TIME_BUCKET, "time_bucket", FUNCTION_SCALAR,
   "interval,date,date?|interval,date,interval|interval,timestamp,timestamp?|interval,timestamp,interval|interval,timestamptz,timestamptz?|interval,timestamptz,interval",
   "2", "Begin of the bucket of a width that a point lies in.",
   "time_bucket(INTERVAL 2 WEEK, DATE '2024-02-01')")
FN(AT_TIME_ZONE, "timezone", FUNCTION_SCALAR, "text,timestamp|text,timestamptz", "@at_time_zone",
   "A local time as a point in time, and the other way round.",
   "TIMESTAMP '2024-02-01 00:00' AT TIME ZONE 'UTC'")
FN(ZONE_ADD, "timezone_add", FUNCTION_SCALAR, "text,timestamptz,interval", "timestamptz",
   "A point in time moved by an interval, its months and days by the local time of a zone.",
   "timezone_add('Europe/Rome', TIMESTAMPTZ '2024-03-30 12:00:00+00', INTERVAL 1 DAY)")
FN(ZONE_FORMAT, "timezone_format", FUNCTION_SCALAR, "text,timestamptz", "text",
   "A point in time as the local time of a zone, with its offset.",
   "timezone_format('Europe/Rome', TIMESTAMPTZ '2024-03-30 12:00:00+00')")
FN(ZONE_PARSE, "timezone_parse", FUNCTION_SCALAR, "text,text", "timestamptz",
   "A point in time from a text, in the local time of a zone unless the text names another zone or an offset.",
   "timezone_parse('Europe/Rome', '2024-03-30 12:00:00')")
FN(NOW, "now", FUNCTION_SCALAR, "", "timestamptz", "When the query began.", "now()")
FN(CURRENT_DATE, "current_date", FUNCTION_SCALAR, "", "date", "The day on which the query began.",
   "current_date")
FN(CURRENT_TIMESTAMP, "current_localtimestamp", FUNCTION_SCALAR, "", "timestamp",
   "When the query began, without zone.", "current_localtimestamp()")
FN(CURRENT_TIME, "current_localtime", FUNCTION_SCALAR, "", "time", "Time of day when the query began.",
   "current_localtime()")
FN(TO_YEARS, "to_years", FUNCTION_SCALAR, "bigint", "interval", "An interval of years.", "to_years(2)")
FN(TO_MONTHS, "to_months", FUNCTION_SCALAR, "bigint", "interval", "An interval of months.", "to_months(2)")
FN(TO_DAYS, "to_days", FUNCTION_SCALAR, "bigint", "interval", "An interval of days.", "to_days(2)")
FN(TO_WEEKS, "to_weeks", FUNCTION_SCALAR, "bigint", "interval", "An interval of weeks.", "to_weeks(2)")
FN(TO_QUARTERS, "to_quarters", FUNCTION_SCALAR, "bigint", "interval", "An interval of quarters.",
   "to_quarters(2)")
FN(TO_DECADES, "to_decades", FUNCTION_SCALAR, "bigint", "interval", "An interval of decades.",
   "to_decades(2)")
FN(TO_CENTURIES, "to_centuries", FUNCTION_SCALAR, "bigint", "interval", "An interval of centuries.",
   "to_centuries(2)")
FN(TO_MILLENNIA, "to_millennia", FUNCTION_SCALAR, "bigint", "interval", "An interval of millennia.",
   "to_millennia(2)")
FN(TO_HOURS, "to_hours", FUNCTION_SCALAR, "bigint", "interval", "An interval of hours.", "to_hours(2)")
FN(TO_MINUTES, "to_minutes", FUNCTION_SCALAR, "bigint", "interval", "An interval of minutes.",
   "to_minutes(2)")
FN(TO_MICROSECONDS, "to_microseconds", FUNCTION_SCALAR, "bigint", "interval", "An interval of microseconds.",
   "to_microseconds(2)")
FN(TO_SECONDS, "to_seconds", FUNCTION_SCALAR, "double", "interval", "An interval of seconds.",
   "to_seconds(2.5)")
FN(TO_MILLISECONDS, "to_milliseconds", FUNCTION_SCALAR, "double", "interval", "An interval of milliseconds.",
   "to_milliseconds(2.5)")
FN(DAYS_IN_MONTH, "days_in_month", FUNCTION_SCALAR, "date", "=day(last_day($1))",
   "How many days the month has.", "days_in_month(DATE '2024-02-10')")
FN(AGO, "ago", FUNCTION_SCALAR, "interval", "=now() - $1::INTERVAL",
   "The point in time an interval before the query.", "ago(INTERVAL 1 DAY) < now()")

/* Lists; positions count from 1. */
FN(LIST_VALUE, "list_value", FUNCTION_SCALAR, "T*", "T[]", "A list of its arguments.", "[1, 2]")
FN(LIST_EXTRACT, "list_extract", FUNCTION_SCALAR, "T[],bigint", "T",
   "The item at a position; negative: from the end.", "[4, 5][1]")
FN(LIST_CONTAINS, "list_contains", FUNCTION_SCALAR, "T[],T", "bool", "Whether an item is there.",
   "list_contains([1, 2], 2)")
FN(LIST_POSITION, "list_position", FUNCTION_SCALAR, "T[],T", "integer",
   "Where an item first is; null: nowhere.", "list_position([1, 2], 2)")
FN(LIST_HAS_ANY, "list_has_any", FUNCTION_SCALAR, "T[],T[]", "bool", "Whether two lists share an item.",
   "list_has_any([1, 2], [2, 3])")
FN(LIST_HAS_ALL, "list_has_all", FUNCTION_SCALAR, "T[],T[]", "bool",
   "Whether every item of the second list is in the first.", "list_has_all([1, 2], [2])")
FN(LIST_INTERSECT, "list_intersect", FUNCTION_SCALAR, "T[],T[]", "T[]", "Items that both lists have.",
   "list_intersect([1, 2], [2, 3])")
FN(LIST_CONCAT, "list_concat", FUNCTION_SCALAR, "T[],T[]*", "T[]", "Lists, one after the other.",
   "list_concat([1], [2])")
FN(LIST_APPEND, "list_append", FUNCTION_SCALAR, "T[],T", "T[]", "With one more item at the end.",
   "list_append([1], 2)")
FN(LIST_PREPEND, "list_prepend", FUNCTION_SCALAR, "T,T[]", "T[]", "With one more item at the begin.",
   "list_prepend(1, [2])")
FN(LIST_DISTINCT, "list_distinct", FUNCTION_SCALAR, "T[]", "T[]", "Each item once, nulls left out.",
   "list_distinct([1, 1, 2])")
FN(LIST_UNIQUE, "list_unique", FUNCTION_SCALAR, "list", "ubigint", "How many different items there are.",
   "list_unique([1, 1, 2])")
FN(LIST_REVERSE, "list_reverse", FUNCTION_SCALAR, "T[]", "T[]", "The other way round.",
   "list_reverse([1, 2])")
FN(LIST_SORT, "list_sort", FUNCTION_SCALAR, "T[],text?,text?", "T[]",
   "Sorted; 'ASC' or 'DESC', 'NULLS FIRST' or 'NULLS LAST'.", "list_sort([2, 1])")
FN(LIST_REVERSE_SORT, "list_reverse_sort", FUNCTION_SCALAR, "T[],text?", "T[]", "Sorted, greatest first.",
   "list_reverse_sort([1, 2])")
FN(LIST_GRADE_UP, "list_grade_up", FUNCTION_SCALAR, "list,text?,text?", "bigint[]",
   "Positions of the items in sorted order.", "list_grade_up([3, 1])")
FN(LIST_RESIZE, "list_resize", FUNCTION_SCALAR, "T[],bigint,T?", "T[]", "Cut or filled to a length.",
   "list_resize([1], 2, 0)")
FN(LIST_SELECT, "list_select", FUNCTION_SCALAR, "T[],bigint[]", "T[]", "The items at positions.",
   "list_select([4, 5], [2])")
FN(LIST_WHERE, "list_where", FUNCTION_SCALAR, "T[],bool[]", "T[]", "The items where a mask is true.",
   "list_where([4, 5], [true, false])")
FN(LIST_ZIP, "list_zip", FUNCTION_SCALAR, "any*", "@zip", "Structs of the items at equal positions.",
   "list_zip([1], [2])")
FN(FLATTEN, "flatten", FUNCTION_SCALAR, "T[][]", "T[]", "Lists of lists as one list.", "flatten([[1], [2]])")
FN(RANGE, "range", FUNCTION_SCALAR, "bigint|bigint,bigint,bigint?", "bigint[]",
   "Numbers up to, without the last.", "range(3)")
FN(RANGE_TIME, "range", FUNCTION_SCALAR, "timestamp,timestamp,interval|timestamptz,timestamptz,interval",
   "@list1", "Points in time, without the last.",
   "range(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY)")
FN(SERIES, "generate_series", FUNCTION_SCALAR, "bigint|bigint,bigint,bigint?", "bigint[]",
   "Numbers up to and with the last.", "generate_series(1, 3)")
FN(SERIES_TIME, "generate_series", FUNCTION_SCALAR,
   "timestamp,timestamp,interval|timestamptz,timestamptz,interval", "@list1",
   "Points in time, with the last.", "generate_series(DATE '2024-01-01', DATE '2024-01-03', INTERVAL 1 DAY)")
FN(LIST_TRANSFORM, "list_transform", FUNCTION_SCALAR, "list,lambda", "@lambda_list",
   "The lambda of each item (and its position).", "list_transform([1, 2], lambda x: x + 1)")
FN(LIST_FILTER, "list_filter", FUNCTION_SCALAR, "T[],lambda", "T[]",
   "The items (with their position) for which the lambda is true.", "list_filter([1, 2], lambda x: x > 1)")
FN(LIST_REDUCE, "list_reduce", FUNCTION_SCALAR, "T[],lambda,any?", "@reduce",
   "The lambda of what was gathered and each further item.", "list_reduce([1, 2], lambda x, y: x + y)")
FN(LIST_AGGREGATE, "list_aggregate", FUNCTION_SCALAR, "list,text,any*", "@list_aggregate",
   "An aggregate, by its name, over the items.", "list_aggregate([1, 2], 'sum')")
FN(ARRAY_TO_STRING, "array_to_string", FUNCTION_SCALAR, "list,text", "text",
   "Items as text, joined by a separator; nulls left out.", "array_to_string([1, 2], '-')")
FN(LIST_DOT, "list_inner_product", FUNCTION_SCALAR, "double[],double[]", "double",
   "Sum of the products of items.", "list_inner_product([1, 2], [3, 4])")
FN(LIST_COSINE, "list_cosine_similarity", FUNCTION_SCALAR, "double[],double[]", "double",
   "Cosine of the angle between two vectors.", "list_cosine_similarity([1, 2], [3, 4])")
FN(LIST_DISTANCE, "list_distance", FUNCTION_SCALAR, "double[],double[]", "double", "Euclidean distance.",
   "list_distance([1, 2], [3, 4])")
FN(ARRAY_POP_BACK, "array_pop_back", FUNCTION_SCALAR, "list", "=$1[:len($1) - 1]", "Without the last item.",
   "array_pop_back([1, 2, 3])")
FN(ARRAY_POP_FRONT, "array_pop_front", FUNCTION_SCALAR, "list", "=$1[2:]", "Without the first item.",
   "array_pop_front([1, 2, 3])")
FN(GENERATE_SUBSCRIPTS, "generate_subscripts", FUNCTION_SCALAR, "list,bigint",
   "=unnest(generate_series(1, if($2 = 1, len($1), error('a list has one dimension'))))",
   "The positions of a list, as rows.", "generate_subscripts(['a', 'b'], 1)")
FN(LIST_COSINE_DISTANCE, "list_cosine_distance", FUNCTION_SCALAR, "double[],double[]",
   "=1 - list_cosine_similarity($1, $2)", "One less the cosine of the angle between two vectors.",
   "list_cosine_distance([1, 2], [3, 4])")
FN(LIST_NEGATIVE_DOT, "list_negative_inner_product", FUNCTION_SCALAR, "double[],double[]",
   "=-list_inner_product($1, $2)", "The inner product with the other sign.",
   "list_negative_inner_product([1, 2], [3, 4])")
FN(CROSS_PRODUCT, "array_cross_product", FUNCTION_SCALAR, "double[],double[]",
   "=[$1[2] * $2[3] - $1[3] * $2[2], $1[3] * $2[1] - $1[1] * $2[3], $1[1] * $2[2] - $1[2] * $2[1]]",
   "The cross product of two vectors of three numbers.", "array_cross_product([1, 0, 0], [0, 1, 0])")

/* Aggregates over lists. */
FN(LIST_AVG, "list_avg", FUNCTION_SCALAR, "list,any*", "@agg:avg", "The aggregate avg over the items.",
   "list_avg([1, 2])")
FN(LIST_VAR_SAMP, "list_var_samp", FUNCTION_SCALAR, "list,any*", "@agg:var_samp",
   "The aggregate var_samp over the items.", "list_var_samp([1, 2])")
FN(LIST_VAR_POP, "list_var_pop", FUNCTION_SCALAR, "list,any*", "@agg:var_pop",
   "The aggregate var_pop over the items.", "list_var_pop([1, 2])")
FN(LIST_STDDEV_POP, "list_stddev_pop", FUNCTION_SCALAR, "list,any*", "@agg:stddev_pop",
   "The aggregate stddev_pop over the items.", "list_stddev_pop([1, 2])")
FN(LIST_STDDEV_SAMP, "list_stddev_samp", FUNCTION_SCALAR, "list,any*", "@agg:stddev_samp",
   "The aggregate stddev_samp over the items.", "list_stddev_samp([1, 2])")
FN(LIST_SEM, "list_sem", FUNCTION_SCALAR, "list,any*", "@agg:sem", "The aggregate sem over the items.",
   "list_sem([1, 2])")
FN(LIST_APPROX_COUNT_DISTINCT, "list_approx_count_distinct", FUNCTION_SCALAR, "list,any*",
   "@agg:approx_count_distinct", "The aggregate approx_count_distinct over the items.",
   "list_approx_count_distinct([1, 2])")
FN(LIST_BIT_XOR, "list_bit_xor", FUNCTION_SCALAR, "list,any*", "@agg:bit_xor",
   "The aggregate bit_xor over the items.", "list_bit_xor([1, 2])")
FN(LIST_BIT_OR, "list_bit_or", FUNCTION_SCALAR, "list,any*", "@agg:bit_or",
   "The aggregate bit_or over the items.", "list_bit_or([1, 2])")
FN(LIST_BIT_AND, "list_bit_and", FUNCTION_SCALAR, "list,any*", "@agg:bit_and",
   "The aggregate bit_and over the items.", "list_bit_and([1, 2])")
FN(LIST_BOOL_AND, "list_bool_and", FUNCTION_SCALAR, "list,any*", "@agg:bool_and",
   "The aggregate bool_and over the items.", "list_bool_and([true, false])")
FN(LIST_BOOL_OR, "list_bool_or", FUNCTION_SCALAR, "list,any*", "@agg:bool_or",
   "The aggregate bool_or over the items.", "list_bool_or([true, false])")
FN(LIST_COUNT, "list_count", FUNCTION_SCALAR, "list,any*", "@agg:count",
   "The aggregate count over the items.", "list_count([1, 2])")
FN(LIST_ENTROPY, "list_entropy", FUNCTION_SCALAR, "list,any*", "@agg:entropy",
   "The aggregate entropy over the items.", "list_entropy([1, 2])")
FN(LIST_LAST, "list_last", FUNCTION_SCALAR, "list,any*", "@agg:last", "The aggregate last over the items.",
   "list_last([1, 2])")
FN(LIST_FIRST, "list_first", FUNCTION_SCALAR, "list,any*", "@agg:first",
   "The aggregate first over the items.", "list_first([1, 2])")
FN(LIST_ANY_VALUE, "list_any_value", FUNCTION_SCALAR, "list,any*", "@agg:any_value",
   "The aggregate any_value over the items.", "list_any_value([1, 2])")
FN(LIST_KURTOSIS, "list_kurtosis", FUNCTION_SCALAR, "list,any*", "@agg:kurtosis",
   "The aggregate kurtosis over the items.", "list_kurtosis([1, 2])")
FN(LIST_KURTOSIS_POP, "list_kurtosis_pop", FUNCTION_SCALAR, "list,any*", "@agg:kurtosis_pop",
   "The aggregate kurtosis_pop over the items.", "list_kurtosis_pop([1, 2])")
FN(LIST_MIN, "list_min", FUNCTION_SCALAR, "list,any*", "@agg:min", "The aggregate min over the items.",
   "list_min([1, 2])")
FN(LIST_MAX, "list_max", FUNCTION_SCALAR, "list,any*", "@agg:max", "The aggregate max over the items.",
   "list_max([1, 2])")
FN(LIST_PRODUCT, "list_product", FUNCTION_SCALAR, "list,any*", "@agg:product",
   "The aggregate product over the items.", "list_product([1, 2])")
FN(LIST_SKEWNESS, "list_skewness", FUNCTION_SCALAR, "list,any*", "@agg:skewness",
   "The aggregate skewness over the items.", "list_skewness([1, 2])")
FN(LIST_SUM, "list_sum", FUNCTION_SCALAR, "list,any*", "@agg:sum", "The aggregate sum over the items.",
   "list_sum([1, 2])")
FN(LIST_STRING_AGG, "list_string_agg", FUNCTION_SCALAR, "list,any*", "@agg:string_agg",
   "The aggregate string_agg over the items.", "list_string_agg([1, 2])")
FN(LIST_MODE, "list_mode", FUNCTION_SCALAR, "list,any*", "@agg:mode", "The aggregate mode over the items.",
   "list_mode([1, 2])")
FN(LIST_MEDIAN, "list_median", FUNCTION_SCALAR, "list,any*", "@agg:median",
   "The aggregate median over the items.", "list_median([1, 2])")
FN(LIST_MAD, "list_mad", FUNCTION_SCALAR, "list,any*", "@agg:mad", "The aggregate mad over the items.",
   "list_mad([1, 2])")
FN(LIST_HISTOGRAM, "list_histogram", FUNCTION_SCALAR, "list,any*", "@agg:histogram",
   "The aggregate histogram over the items.", "list_histogram([1, 2])")

/* Structs and maps. */
FN(STRUCT_PACK, "row", FUNCTION_SCALAR, "any,any*", "@row", "A struct without names.", "row(1, 'a')")
FN(STRUCT_EXTRACT, "struct_extract", FUNCTION_SCALAR, "struct,any", "@field",
   "A field by its name, or by its position from 1.", "struct_extract({'a': 1}, 'a')")
FN(STRUCT_KEYS, "struct_keys", FUNCTION_SCALAR, "struct", "text[]", "Names of the fields.",
   "struct_keys({'a': 1})")
FN(STRUCT_CONCAT, "struct_concat", FUNCTION_SCALAR, "struct,struct*", "@row",
   "The fields of several structs in one.", "struct_concat({'a': 1}, {'b': 2})")
FN(STRUCT_INSERT, "struct_insert", FUNCTION_SCALAR, "struct,any*", "@row", "With further fields.",
   "struct_insert({'a': 1}, b := 2)")
FN(STRUCT_UPDATE, "struct_update", FUNCTION_SCALAR, "struct,any*", "@row", "With fields changed, or added.",
   "struct_update({'a': 1, 'b': 2}, b := 'x')")
FN(STRUCT_VALUES, "struct_values", FUNCTION_SCALAR, "struct", "@row", "Without the names of its fields.",
   "struct_values({'a': 1, 'b': 2})")
FN(MAP, "map", FUNCTION_SCALAR, "|T[],U[]", "@map", "A map of keys and values.", "map(['a'], [1])")
FN(MAP_FROM_ENTRIES, "map_from_entries", FUNCTION_SCALAR, "list", "@map_entries",
   "A map of structs of key and value.", "map_from_entries([{'k': 'a', 'v': 1}])")
FN(MAP_EXTRACT, "map_extract", FUNCTION_SCALAR, "map,any", "@map_list", "The values of a key, as a list.",
   "map_extract(map(['a'], [1]), 'a')")
FN(MAP_VALUE, "map_extract_value", FUNCTION_SCALAR, "map,any", "@map_value",
   "The value of a key; null when there is none.", "map(['a'], [1])['a']")
FN(MAP_KEYS, "map_keys", FUNCTION_SCALAR, "map", "@map_keys", "The keys as a list.",
   "map_keys(map(['a'], [1]))")
FN(MAP_VALUES, "map_values", FUNCTION_SCALAR, "map", "@map_values", "The values as a list.",
   "map_values(map(['a'], [1]))")
FN(MAP_ENTRIES, "map_entries", FUNCTION_SCALAR, "map", "@entries", "The entries as a list of structs.",
   "map_entries(map(['a'], [1]))")
FN(MAP_CONTAINS, "map_contains", FUNCTION_SCALAR, "map,any", "bool", "Whether a key is there.",
   "map_contains(map(['a'], [1]), 'a')")
FN(MAP_CONCAT, "map_concat", FUNCTION_SCALAR, "map,map*", "1", "Maps together; later ones win.",
   "map_concat(map(['a'], [1]), map(['b'], [2]))")
FN(CARDINALITY, "cardinality", FUNCTION_SCALAR, "map", "ubigint", "How many entries a map has.",
   "cardinality(map(['a'], [1]))")
FN(MAP_CONTAINS_VALUE, "map_contains_value", FUNCTION_SCALAR, "map,any", "=list_contains(map_values($1), $2)",
   "Whether a value is there.", "map_contains_value(map(['a'], [1]), 1)")
FN(MAP_CONTAINS_ENTRY, "map_contains_entry", FUNCTION_SCALAR, "map,any,any",
   "=list_contains(map_extract($1, $2), $3)", "Whether a key is there with a value.",
   "map_contains_entry(map(['a'], [1]), 'a', 1)")

/* JSON, held as text. */
FN(JSON_EXTRACT, "json_extract", FUNCTION_SCALAR, "text,text|text,bigint", "text",
   "The part at a path ($.a[0] or /a/0), as JSON.", "json_extract('{\"a\":[1]}', '$.a')")
FN(JSON_EXTRACT_STRING, "json_extract_string", FUNCTION_SCALAR, "text,text|text,bigint", "text",
   "The part at a path, strings without their quotes.", "json_extract_string('{\"a\":\"b\"}', '$.a')")
FN(JSON_VALUE, "json_value", FUNCTION_SCALAR, "text,text", "text",
   "The part at a path if it is no array or object.", "json_value('{\"a\":1}', '$.a')")
FN(JSON_EXISTS, "json_exists", FUNCTION_SCALAR, "text,text", "bool", "Whether there is something at a path.",
   "json_exists('{\"a\":1}', '$.a')")
FN(JSON_VALID, "json_valid", FUNCTION_SCALAR, "text", "bool", "Whether a text is JSON.", "json_valid('[1]')")
FN(JSON_TYPE, "json_type", FUNCTION_SCALAR, "text,text?", "text", "Type of a JSON value.", "json_type('[1]')")
FN(JSON_ARRAY_LENGTH, "json_array_length", FUNCTION_SCALAR, "text,text?", "ubigint", "Items of a JSON array.",
   "json_array_length('[1, 2]')")
FN(JSON_KEYS, "json_keys", FUNCTION_SCALAR, "text,text?", "text[]", "Names of a JSON object.",
   "json_keys('{\"a\":1}')")
FN(JSON_CONTAINS, "json_contains", FUNCTION_SCALAR, "text,text", "bool",
   "Whether one JSON value holds another.", "json_contains('[1, 2]', '1')")
FN(JSON_EACH, "json_each", FUNCTION_SCALAR, "text,text?", "@json_rows",
   "The items or members of a JSON value; in FROM they are rows.", "json_each('[5]')")
FN(JSON_TREE, "json_tree", FUNCTION_SCALAR, "text,text?", "@json_rows",
   "A JSON value and all its parts; in FROM they are rows.", "json_tree('[5]')")
FN(JSON_MERGE_PATCH, "json_merge_patch", FUNCTION_SCALAR, "text,text,text*", "text",
   "JSON with changes to its members (RFC 7396).", "json_merge_patch('{\"a\":1}', '{\"b\":2}')")
FN(TO_JSON, "to_json", FUNCTION_SCALAR, "any", "text", "A value as JSON.", "to_json([1, 2])")
FN(JSON_ARRAY, "json_array", FUNCTION_SCALAR, "any*", "text", "A JSON array of the arguments.",
   "json_array(1, 'a')")
FN(JSON_OBJECT, "json_object", FUNCTION_SCALAR, "any*", "text", "A JSON object of names and values in turn.",
   "json_object('a', 1)")
FN(JSON_PRETTY, "json_pretty", FUNCTION_SCALAR, "text", "text", "JSON with line breaks.",
   "json_pretty('[1]')")
FN(JSON, "json", FUNCTION_SCALAR, "text", "=json_extract($1, '$')",
   "JSON without needless blanks; an error when it is none.", "json('{ \"a\": 1 }')")

/* Conditions and more. */
FN(IF, "if", FUNCTION_SCALAR, "bool,T,T", "T", "The second argument where the first is true, else the third.",
   "if(true, 1, 2)")
FN(NULLIF, "nullif", FUNCTION_SCALAR, "T,T", "T", "The first argument, or null when both are equal.",
   "nullif(1, 1)")
FN(CURRENT_SCHEMA, "current_schema", FUNCTION_SCALAR, "", "='main'", "The schema of all tables.",
   "current_schema()")
FN(CURRENT_DATABASE, "current_database", FUNCTION_SCALAR, "", "='memory'", "The database of all tables.",
   "current_database()")
FN(TYPEOF, "typeof", FUNCTION_SCALAR, "any", "text", "Name of the type.", "typeof(1)")
FN(UUID, "gen_random_uuid", FUNCTION_SCALAR, "", "uuid", "A random UUID.", "gen_random_uuid()")
FN(UUID_V7, "uuidv7", FUNCTION_SCALAR, "", "uuid", "A UUID that begins with the time.", "uuidv7()")
FN(UUID_VERSION, "uuid_extract_version", FUNCTION_SCALAR, "uuid", "uinteger", "Version of a UUID.",
   "uuid_extract_version(uuid())")
FN(UUID_TIMESTAMP, "uuid_extract_timestamp", FUNCTION_SCALAR, "uuid", "timestamptz",
   "The time that a UUID of version 7 begins with.", "uuid_extract_timestamp(uuidv7())")
FN(ERROR, "error", FUNCTION_SCALAR, "text", "@null", "Fails with a message.", "error('no')")
FN(VERSION, "version", FUNCTION_SCALAR, "", "text", "The version of the engine.", "version()")
FN(CONSTANT_OR_NULL, "constant_or_null", FUNCTION_SCALAR, "any,any*", "1",
   "The first argument, null when a later one is null.", "constant_or_null(1, 2)")
FN(ENUM_RANGE, "enum_range", FUNCTION_SCALAR, "any", "text[]", "All values of an enum.",
   "enum_range(NULL::ENUM('a', 'b', 'c'))")
FN(ENUM_RANGE_BOUNDARY, "enum_range_boundary", FUNCTION_SCALAR, "any,any", "text[]",
   "The values of an enum from one to another; null: open end.",
   "enum_range_boundary('b'::ENUM('a', 'b', 'c'), NULL)")
FN(ENUM_FIRST, "enum_first", FUNCTION_SCALAR, "any", "text", "The first value of an enum.",
   "enum_first(NULL::ENUM('a', 'b'))")
FN(ENUM_LAST, "enum_last", FUNCTION_SCALAR, "any", "text", "The last value of an enum.",
   "enum_last(NULL::ENUM('a', 'b'))")
FN(ENUM_CODE, "enum_code", FUNCTION_SCALAR, "any", "utinyint", "Where a value stands in its enum, from 0.",
   "enum_code('b'::ENUM('a', 'b'))")

/* Aggregates. */
FN(COUNT_STAR, "count_star", FUNCTION_AGGREGATE, "", "bigint", "How many rows there are.", "count(*)")
FN(COUNT, "count", FUNCTION_AGGREGATE, "any", "bigint", "How many values are not null.", "count(a)")
FN(COUNT_IF, "count_if", FUNCTION_AGGREGATE, "bool", "hugeint", "How many rows satisfy a condition.",
   "count_if(a > 1)")
FN(SUM, "sum", FUNCTION_AGGREGATE, "num|bool|interval", "@sum", "Sum; of integers a HUGEINT.", "sum(a)")
FN(FSUM, "fsum", FUNCTION_AGGREGATE, "double", "double",
   "Sum of floating-point numbers with compensation (Kahan).", "fsum(a)")
FN(AVG, "avg", FUNCTION_AGGREGATE, "num|temporal|interval|time", "@avg", "Arithmetic mean.", "avg(a)")
FN(FAVG, "favg", FUNCTION_AGGREGATE, "double", "double", "Arithmetic mean with compensation.", "favg(a)")
FN(MIN, "min", FUNCTION_AGGREGATE, "any", "1", "Least value.", "min(a)")
FN(MAX, "max", FUNCTION_AGGREGATE, "any", "1", "Greatest value.", "max(a)")
FN(MIN_N, "min", FUNCTION_AGGREGATE, "any,bigint", "@list1", "The n least values.", "min(a, 3)")
FN(MAX_N, "max", FUNCTION_AGGREGATE, "any,bigint", "@list1", "The n greatest values.", "max(a, 3)")
FN(ARG_MIN, "arg_min", FUNCTION_AGGREGATE, "any,any", "1", "The first argument where the second is least.",
   "arg_min(a, b)")
FN(ARG_MAX, "arg_max", FUNCTION_AGGREGATE, "any,any", "1", "The first argument where the second is greatest.",
   "arg_max(a, b)")
FN(ARG_MIN_N, "arg_min", FUNCTION_AGGREGATE, "any,any,bigint", "@list1",
   "The first arguments where the second ones are least.", "arg_min(a, b, 3)")
FN(ARG_MAX_N, "arg_max", FUNCTION_AGGREGATE, "any,any,bigint", "@list1",
   "The first arguments where the second ones are greatest.", "arg_max(a, b, 3)")
FN(ARG_MIN_NULL, "arg_min_null", FUNCTION_AGGREGATE, "any,any", "1", "arg_min that may answer null.",
   "arg_min_null(a, b)")
FN(ARG_MAX_NULL, "arg_max_null", FUNCTION_AGGREGATE, "any,any", "1", "arg_max that may answer null.",
   "arg_max_null(a, b)")
FN(FIRST, "first", FUNCTION_AGGREGATE, "any", "1", "The first value, null or not.", "first(a)")
FN(LAST, "last", FUNCTION_AGGREGATE, "any", "1", "The last value, null or not.", "last(a)")
FN(ANY_VALUE, "any_value", FUNCTION_AGGREGATE, "any", "1", "The first value that is not null.",
   "any_value(a)")
FN(PRODUCT, "product", FUNCTION_AGGREGATE, "double", "double", "Product.", "product(a)")
FN(GEOMEAN, "geomean", FUNCTION_AGGREGATE, "double", "double", "Geometric mean.", "geomean(a)")
FN(BOOL_AND, "bool_and", FUNCTION_AGGREGATE, "bool", "bool", "Whether all are true.", "bool_and(a > 1)")
FN(BOOL_OR, "bool_or", FUNCTION_AGGREGATE, "bool", "bool", "Whether one is true.", "bool_or(a > 1)")
FN(AGG_BIT_AND, "bit_and", FUNCTION_AGGREGATE, "int", "1", "Bits set in all.", "bit_and(a)")
FN(AGG_BIT_OR, "bit_or", FUNCTION_AGGREGATE, "int", "1", "Bits set in one.", "bit_or(a)")
FN(AGG_BIT_XOR, "bit_xor", FUNCTION_AGGREGATE, "int", "1", "Bits set an odd number of times.", "bit_xor(a)")
FN(STRING_AGG, "string_agg", FUNCTION_AGGREGATE, "text,text?", "text", "Texts joined by a separator.",
   "string_agg(a, ', ')")
FN(LIST, "list", FUNCTION_AGGREGATE, "any", "@list1", "All values as a list, nulls too.", "list(a)")
FN(HISTOGRAM, "histogram", FUNCTION_AGGREGATE, "any", "@histogram",
   "A map of values and how often each occurs.", "histogram(a)")
FN(HISTOGRAM_BINS, "histogram", FUNCTION_AGGREGATE, "T,T[]", "@histogram",
   "A map of upper bounds and how many values lie below each.", "histogram(a, [10, 20])")
FN(HISTOGRAM_EXACT, "histogram_exact", FUNCTION_AGGREGATE, "T,T[]", "@histogram",
   "A map of the given values and how often each occurs.", "histogram_exact(a, [1, 2])")
FN(MODE, "mode", FUNCTION_AGGREGATE, "any", "1", "The most frequent value.", "mode(a)")
FN(ENTROPY, "entropy", FUNCTION_AGGREGATE, "any", "double", "Entropy in bits.", "entropy(a)")
FN(MEDIAN, "median", FUNCTION_AGGREGATE, "any", "@median", "Middle value; between two their mean.",
   "median(a)")
FN(QUANTILE_CONT, "quantile_cont", FUNCTION_AGGREGATE, "any,double|any,double[]", "@quantile_cont",
   "Quantile, interpolated.", "quantile_cont(a, 0.9)")
FN(QUANTILE_DISC, "quantile_disc", FUNCTION_AGGREGATE, "any,double?|any,double[]", "@quantile_disc",
   "Quantile: a value that is there.", "quantile_disc(a, 0.9)")
FN(APPROX_QUANTILE, "approx_quantile", FUNCTION_AGGREGATE, "any,float|any,float[]", "@quantile_disc",
   "Quantile, estimated.", "approx_quantile(a, 0.9)")
FN(MAD, "mad", FUNCTION_AGGREGATE, "any", "@mad", "Median distance from the median.", "mad(a)")
FN(APPROX_COUNT_DISTINCT, "approx_count_distinct", FUNCTION_AGGREGATE, "any", "bigint",
   "How many different values there are, estimated (HyperLogLog).", "approx_count_distinct(a)")
FN(APPROX_TOP_K, "approx_top_k", FUNCTION_AGGREGATE, "any,bigint", "@list1", "The most frequent values.",
   "approx_top_k(a, 3)")
FN(STDDEV_SAMP, "stddev_samp", FUNCTION_AGGREGATE, "double", "double", "Standard deviation of a sample.",
   "stddev_samp(a)")
FN(STDDEV_POP, "stddev_pop", FUNCTION_AGGREGATE, "double", "double", "Standard deviation of all.",
   "stddev_pop(a)")
FN(VAR_SAMP, "var_samp", FUNCTION_AGGREGATE, "double", "double", "Variance of a sample.", "var_samp(a)")
FN(VAR_POP, "var_pop", FUNCTION_AGGREGATE, "double", "double", "Variance of all.", "var_pop(a)")
FN(SEM, "sem", FUNCTION_AGGREGATE, "double", "double", "Standard error of the mean.", "sem(a)")
FN(SKEWNESS, "skewness", FUNCTION_AGGREGATE, "double", "double", "Skewness.", "skewness(a)")
FN(KURTOSIS, "kurtosis", FUNCTION_AGGREGATE, "double", "double", "Excess kurtosis of a sample.",
   "kurtosis(a)")
FN(KURTOSIS_POP, "kurtosis_pop", FUNCTION_AGGREGATE, "double", "double", "Excess kurtosis of all.",
   "kurtosis_pop(a)")
FN(CORR, "corr", FUNCTION_AGGREGATE, "double,double", "double", "Correlation; the arguments are y, x.",
   "corr(y, x)")
FN(COVAR_SAMP, "covar_samp", FUNCTION_AGGREGATE, "double,double", "double",
   "Covariance of a sample; the arguments are y, x.", "covar_samp(y, x)")
FN(COVAR_POP, "covar_pop", FUNCTION_AGGREGATE, "double,double", "double",
   "Covariance of all; the arguments are y, x.", "covar_pop(y, x)")
FN(REGR_AVGX, "regr_avgx", FUNCTION_AGGREGATE, "double,double", "double",
   "Mean of x; the arguments are y, x.", "regr_avgx(y, x)")
FN(REGR_AVGY, "regr_avgy", FUNCTION_AGGREGATE, "double,double", "double",
   "Mean of y; the arguments are y, x.", "regr_avgy(y, x)")
FN(REGR_INTERCEPT, "regr_intercept", FUNCTION_AGGREGATE, "double,double", "double",
   "Intercept of the fitted line; the arguments are y, x.", "regr_intercept(y, x)")
FN(REGR_R2, "regr_r2", FUNCTION_AGGREGATE, "double,double", "double",
   "Coefficient of determination; the arguments are y, x.", "regr_r2(y, x)")
FN(REGR_SLOPE, "regr_slope", FUNCTION_AGGREGATE, "double,double", "double",
   "Slope of the fitted line; the arguments are y, x.", "regr_slope(y, x)")
FN(REGR_SXX, "regr_sxx", FUNCTION_AGGREGATE, "double,double", "double",
   "Sum of squares of x; the arguments are y, x.", "regr_sxx(y, x)")
FN(REGR_SXY, "regr_sxy", FUNCTION_AGGREGATE, "double,double", "double",
   "Sum of products; the arguments are y, x.", "regr_sxy(y, x)")
FN(REGR_SYY, "regr_syy", FUNCTION_AGGREGATE, "double,double", "double",
   "Sum of squares of y; the arguments are y, x.", "regr_syy(y, x)")
FN(REGR_COUNT, "regr_count", FUNCTION_AGGREGATE, "double,double", "uinteger",
   "Pairs without a null; the arguments are y, x.", "regr_count(y, x)")
FN(WAVG, "wavg", FUNCTION_AGGREGATE, "num,num",
   "=sum($1 * $2) / sum(CASE WHEN $1 IS NOT NULL THEN $2 ELSE 0 END)",
   "Mean of the first, weighted by the second.", "wavg(x, y)")
FN(JSON_GROUP_ARRAY, "json_group_array", FUNCTION_AGGREGATE, "any",
   "=CASE WHEN list($1) IS NOT NULL THEN to_json(list($1)) END", "The values as an array of JSON.",
   "json_group_array(a)")
FN(JSON_GROUP_OBJECT, "json_group_object", FUNCTION_AGGREGATE, "any,any",
   "='{' || string_agg(to_json($1::VARCHAR) || ':' || coalesce(to_json($2), 'null'), ',') || '}'",
   "Names and values as an object of JSON.", "json_group_object(b, a)")

/* Window functions. */
FN(ROW_NUMBER, "row_number", FUNCTION_WINDOW, "", "bigint", "Number of the row.",
   "row_number() OVER (ORDER BY a)")
FN(RANK, "rank", FUNCTION_WINDOW, "", "bigint", "Rank; equal rows share it, with gaps.",
   "rank() OVER (ORDER BY a)")
FN(DENSE_RANK, "dense_rank", FUNCTION_WINDOW, "", "bigint", "Rank without gaps.",
   "dense_rank() OVER (ORDER BY a)")
FN(PERCENT_RANK, "percent_rank", FUNCTION_WINDOW, "", "double", "(rank - 1) / (rows - 1).",
   "percent_rank() OVER (ORDER BY a)")
FN(CUME_DIST, "cume_dist", FUNCTION_WINDOW, "", "double", "Share of rows up to this one.",
   "cume_dist() OVER (ORDER BY a)")
FN(NTILE, "ntile", FUNCTION_WINDOW, "bigint", "bigint", "Number of the bucket, of as many.",
   "ntile(4) OVER (ORDER BY a)")
FN(LAG, "lag", FUNCTION_WINDOW, "T,bigint?,T?", "T", "The value some rows before, or a default.",
   "lag(a, 1) OVER (ORDER BY a)")
FN(LEAD, "lead", FUNCTION_WINDOW, "T,bigint?,T?", "T", "The value some rows behind, or a default.",
   "lead(a, 1) OVER (ORDER BY a)")
FN(FIRST_VALUE, "first_value", FUNCTION_WINDOW, "any", "1", "The value of the first row of the frame.",
   "first_value(a) OVER (ORDER BY a)")
FN(LAST_VALUE, "last_value", FUNCTION_WINDOW, "any", "1", "The value of the last row of the frame.",
   "last_value(a) OVER (ORDER BY a)")
FN(NTH_VALUE, "nth_value", FUNCTION_WINDOW, "any,bigint", "1", "The value of the n-th row of the frame.",
   "nth_value(a, 2) OVER (ORDER BY a)")
FN(FILL, "fill", FUNCTION_WINDOW, "any", "1", "Nulls filled in between by a straight line.",
   "fill(a) OVER (ORDER BY a)")
