/* The kernels that kernels.c puts into the table of functions; one file for each family. */
#ifndef QUERY_KERNELS_H
#define QUERY_KERNELS_H
#include "exec/query/expression/eval.h"

#define KERNEL(name) sonde_code name(const kernel_call *, col *)

/* kernels_compare.c */
KERNEL(kernel_compare);
KERNEL(kernel_distinct_from);
KERNEL(kernel_between);
KERNEL(kernel_extreme);
KERNEL(kernel_if);
KERNEL(kernel_nullif);
/* kernels_arithmetic.c */
KERNEL(kernel_arithmetic);
KERNEL(kernel_negate);
KERNEL(kernel_first);
KERNEL(kernel_bits);
KERNEL(kernel_shift);
/* kernels_number.c */
KERNEL(kernel_math);
KERNEL(kernel_math2);
KERNEL(kernel_abs);
KERNEL(kernel_sign);
KERNEL(kernel_round);
KERNEL(kernel_float_test);
KERNEL(kernel_random);
KERNEL(kernel_factorial);
KERNEL(kernel_gcd);
KERNEL(kernel_bit_count);
/* kernels_text.c */
KERNEL(kernel_concat_op);
KERNEL(kernel_concat);
KERNEL(kernel_length);
KERNEL(kernel_case);
KERNEL(kernel_trim);
KERNEL(kernel_substring);
KERNEL(kernel_slice);
KERNEL(kernel_replace);
KERNEL(kernel_translate);
KERNEL(kernel_reverse);
KERNEL(kernel_repeat);
KERNEL(kernel_pad);
KERNEL(kernel_position);
KERNEL(kernel_contains);
KERNEL(kernel_split);
KERNEL(kernel_split_part);
KERNEL(kernel_code_point);
KERNEL(kernel_chr);
/* kernels_like.c */
KERNEL(kernel_like);
KERNEL(kernel_glob);
/* kernels_regex.c */
KERNEL(kernel_regex_test);
KERNEL(kernel_regex_replace);
KERNEL(kernel_regex_extract);
KERNEL(kernel_regex_extract_named);
KERNEL(kernel_regex_list);
KERNEL(kernel_regex_escape);
/* kernels_code.c */
KERNEL(kernel_hex);
KERNEL(kernel_bin);
KERNEL(kernel_unhex);
KERNEL(kernel_base64);
KERNEL(kernel_from_base64);
KERNEL(kernel_encode);
KERNEL(kernel_digest);
KERNEL(kernel_hash);
KERNEL(kernel_digest_number);
KERNEL(kernel_url);
/* kernels_similar.c */
KERNEL(kernel_edits);
KERNEL(kernel_similarity);
/* kernels_format.c */
KERNEL(kernel_format);
KERNEL(kernel_format_bytes);
KERNEL(kernel_bar);
KERNEL(kernel_to_base);
KERNEL(kernel_typeof);
KERNEL(kernel_error);
KERNEL(kernel_file_name);
KERNEL(kernel_strip_accents);
KERNEL(kernel_uuid);
KERNEL(kernel_uuid_part);
/* kernels_date.c */
KERNEL(kernel_date_part);
KERNEL(kernel_date_part_named);
KERNEL(kernel_date_parts);
KERNEL(kernel_epoch);
KERNEL(kernel_date_trunc);
KERNEL(kernel_date_diff);
KERNEL(kernel_age);
KERNEL(kernel_last_day);
KERNEL(kernel_day_name);
KERNEL(kernel_time_bucket);
KERNEL(kernel_make_date);
KERNEL(kernel_make_time);
KERNEL(kernel_make_timestamp);
KERNEL(kernel_now);
KERNEL(kernel_to_timestamp);
/* kernels_zone.c */
KERNEL(kernel_time_zone);
KERNEL(kernel_zone_add);
KERNEL(kernel_zone_format);
KERNEL(kernel_zone_parse);
/* kernels_interval.c */
KERNEL(kernel_date_arithmetic);
KERNEL(kernel_interval_arithmetic);
KERNEL(kernel_to_interval);
/* kernels_strftime.c */
KERNEL(kernel_strftime);
KERNEL(kernel_strptime);
/* kernels_list.c */
KERNEL(kernel_list_value);
KERNEL(kernel_list_extract);
KERNEL(kernel_list_find);
KERNEL(kernel_list_sets);
KERNEL(kernel_list_concat);
KERNEL(kernel_list_edit);
KERNEL(kernel_list_distinct);
KERNEL(kernel_list_reverse);
KERNEL(kernel_list_sort);
KERNEL(kernel_list_resize);
KERNEL(kernel_list_select);
KERNEL(kernel_list_zip);
KERNEL(kernel_flatten);
KERNEL(kernel_range);
KERNEL(kernel_array_to_string);
KERNEL(kernel_vector_math);
KERNEL(kernel_equi_width);
/* kernels_lambda.c */
KERNEL(kernel_list_transform);
KERNEL(kernel_list_filter);
KERNEL(kernel_list_reduce);
KERNEL(kernel_list_aggregate);
/* kernels_struct.c */
KERNEL(kernel_row);
KERNEL(kernel_struct_extract);
KERNEL(kernel_struct_keys);
KERNEL(kernel_map);
KERNEL(kernel_map_entries_of);
KERNEL(kernel_map_lookup);
KERNEL(kernel_map_parts);
KERNEL(kernel_map_concat);
/* kernels_json.c */
KERNEL(kernel_json_extract);
KERNEL(kernel_json_ask);
KERNEL(kernel_json_make);
/* kernels_json_rows.c */
KERNEL(kernel_json_rows);
KERNEL(kernel_json_merge_patch);

#endif
