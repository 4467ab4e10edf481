/* The registry and its overloads; see functions.h. */
#include "plan/functions.h"

#include <string.h>

#include "base/nearest.h"
#include "plan/function_rules.h"

/* What only people read: pages have it from web/src/engine/function-list.ts, not from the module. */
#ifdef SONDE_NO_HELP
#define HELP(text) NULL
#else
#define HELP(text) text
#endif
#define FN(id, name, kind, parameters, result, description, example)                                         \
  [FN_##id] = {name, kind, parameters, result, HELP(description), HELP(example)},
static const function_info table[FN_COUNT_IDS] = {
#include "plan/function_table.h"
};
#undef FN

static const char *const aliases[][2] = {{"!=", "<>"},
                                         {"==", "="},
                                         {"power", "pow"},
                                         {"^", "pow"},
                                         {"**", "pow"},
                                         {"add", "+"},
                                         {"greatest_common_divisor", "gcd"},
                                         {"least_common_multiple", "lcm"},
                                         {"json_quote", "to_json"},
                                         {"array_to_json", "to_json"},
                                         {"row_to_json", "to_json"},
                                         {"subtract", "-"},
                                         {"multiply", "*"},
                                         {"mod", "%"},
                                         {"lcase", "lower"},
                                         {"ucase", "upper"},
                                         {"len", "length"},
                                         {"char_length", "length"},
                                         {"character_length", "length"},
                                         {"array_length", "length"},
                                         {"list_length", "length"},
                                         {"ceiling", "ceil"},
                                         {"log10", "log"},
                                         {"ord", "unicode"},
                                         {"substr", "substring"},
                                         {"list_slice", "array_slice"},
                                         {"strpos", "instr"},
                                         {"position", "instr"},
                                         {"prefix", "starts_with"},
                                         {"suffix", "ends_with"},
                                         {"^@", "starts_with"},
                                         {"str_split", "string_split"},
                                         {"string_to_array", "string_split"},
                                         {"split", "string_split"},
                                         {"str_split_regex", "regexp_split_to_array"},
                                         {"string_split_regex", "regexp_split_to_array"},
                                         {"to_hex", "hex"},
                                         {"from_hex", "unhex"},
                                         {"to_binary", "bin"},
                                         {"from_binary", "unbin"},
                                         {"to_base64", "base64"},
                                         {"editdist3", "levenshtein"},
                                         {"mismatches", "hamming"},
                                         {"formatreadablesize", "format_bytes"},
                                         {"like_match", "~~"},
                                         {"regexp_like", "regexp_matches"},
                                         {"dayofmonth", "day"},
                                         {"weekday", "dayofweek"},
                                         {"weekofyear", "week"},
                                         {"epoch_s", "epoch"},
                                         {"datepart", "date_part"},
                                         {"extract", "date_part"},
                                         {"datetrunc", "date_trunc"},
                                         {"datediff", "date_diff"},
                                         {"datesub", "date_sub"},
                                         {"today", "current_date"},
                                         {"get_current_timestamp", "now"},
                                         {"current_timestamp", "now"},
                                         {"transaction_timestamp", "now"},
                                         {"localtimestamp", "current_localtimestamp"},
                                         {"localtime", "current_localtime"},
                                         {"current_time", "current_localtime"},
                                         {"get_current_time", "current_localtime"},
                                         {"list_pack", "list_value"},
                                         {"list_element", "list_extract"},
                                         {"list_has", "list_contains"},
                                         {"array_has", "list_contains"},
                                         {"array_contains", "list_contains"},
                                         {"list_indexof", "list_position"},
                                         {"array_position", "list_position"},
                                         {"array_indexof", "list_position"},
                                         {"&&", "list_has_any"},
                                         {"@>", "list_has_all"},
                                         {"array_has_any", "list_has_any"},
                                         {"array_has_all", "list_has_all"},
                                         {"array_intersect", "list_intersect"},
                                         {"list_cat", "list_concat"},
                                         {"array_concat", "list_concat"},
                                         {"array_cat", "list_concat"},
                                         {"array_append", "list_append"},
                                         {"array_push_back", "list_append"},
                                         {"array_prepend", "list_prepend"},
                                         {"array_push_front", "list_prepend"},
                                         {"array_distinct", "list_distinct"},
                                         {"array_unique", "list_unique"},
                                         {"array_reverse", "list_reverse"},
                                         {"array_sort", "list_sort"},
                                         {"array_reverse_sort", "list_reverse_sort"},
                                         {"array_grade_up", "list_grade_up"},
                                         {"grade_up", "list_grade_up"},
                                         {"array_resize", "list_resize"},
                                         {"array_select", "list_select"},
                                         {"array_where", "list_where"},
                                         {"array_zip", "list_zip"},
                                         {"array_flatten", "flatten"},
                                         {"array_transform", "list_transform"},
                                         {"list_apply", "list_transform"},
                                         {"array_apply", "list_transform"},
                                         {"apply", "list_transform"},
                                         {"array_filter", "list_filter"},
                                         {"filter", "list_filter"},
                                         {"array_reduce", "list_reduce"},
                                         {"reduce", "list_reduce"},
                                         {"list_variance", "list_var_samp"},
                                         {"list_stddev", "list_stddev_samp"},
                                         {"list_mean", "list_avg"},
                                         {"list_aggr", "list_aggregate"},
                                         {"array_aggregate", "list_aggregate"},
                                         {"array_aggr", "list_aggregate"},
                                         {"aggregate", "list_aggregate"},
                                         {"list_to_string", "array_to_string"},
                                         {"list_dot_product", "list_inner_product"},
                                         {"array_inner_product", "list_inner_product"},
                                         {"array_dot_product", "list_inner_product"},
                                         {"array_cosine_similarity", "list_cosine_similarity"},
                                         {"array_distance", "list_distance"},
                                         {"struct_pack", "row"},
                                         {"element_at", "map_extract"},
                                         {"json_extract_path", "json_extract"},
                                         {"->", "json_extract"},
                                         {"->>", "json_extract_string"},
                                         {"json_extract_path_text", "json_extract_string"},
                                         {"uuid", "gen_random_uuid"},
                                         {"uuidv4", "gen_random_uuid"},
                                         {"substring_grapheme", "substring"},
                                         {"left_grapheme", "left"},
                                         {"right_grapheme", "right"},
                                         {"array_value", "list_value"},
                                         {"countif", "count_if"},
                                         {"mean", "avg"},
                                         {"sumkahan", "fsum"},
                                         {"kahan_sum", "fsum"},
                                         {"argmin", "arg_min"},
                                         {"min_by", "arg_min"},
                                         {"argmax", "arg_max"},
                                         {"max_by", "arg_max"},
                                         {"arbitrary", "first"},
                                         {"geometric_mean", "geomean"},
                                         {"group_concat", "string_agg"},
                                         {"listagg", "string_agg"},
                                         {"array_agg", "list"},
                                         {"quantile", "quantile_disc"},
                                         {"percentile_cont", "quantile_cont"},
                                         {"percentile_disc", "quantile_disc"},
                                         {"stddev", "stddev_samp"},
                                         {"variance", "var_samp"},
                                         {"weighted_avg", "wavg"},
                                         {"array_cosine_distance", "list_cosine_distance"},
                                         {"list_negative_dot_product", "list_negative_inner_product"},
                                         {"array_negative_inner_product", "list_negative_inner_product"},
                                         {"array_negative_dot_product", "list_negative_inner_product"},
                                         {"roundbankers", "round_even"},
                                         {"struct_extract_at", "struct_extract"},
                                         {"rank_dense", "dense_rank"},
                                         {"@", "abs"}};

const function_info *function_get(function_id id) { return &table[id]; }

bool function_alias(uint32_t i, const char **alias, const char **name) {
  if (i >= sizeof aliases / sizeof *aliases) return false;
  *alias = aliases[i][0];
  *name = aliases[i][1];
  return true;
}

/* ---- names ---- */

static char lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c); }

static bool named(sonde_str s, const char *name) {
  size_t i = 0;
  while (i < s.len && name[i] && lower(s.ptr[i]) == name[i]) i++;
  return i == s.len && !name[i];
}

static sonde_str canonical(sonde_str name) {
  const char *alias, *real;
  for (uint32_t i = 0; function_alias(i, &alias, &real); i++)
    if (named(name, alias)) return (sonde_str){real, strlen(real)};
  return name;
}

function_id function_find(sonde_str name) {
  name = canonical(name);
  for (uint32_t i = 1; i < FN_COUNT_IDS; i++)
    if (named(name, table[i].name)) return (function_id)i;
  return FN_NONE;
}

static bool of_kind(function_kind have, function_kind want) {
  return have == want || (want == FUNCTION_WINDOW && have == FUNCTION_AGGREGATE);
}

static sonde_code no_such(sonde_str name, function_kind kind, uint32_t at, sonde_error *err) {
  static const char *const kinds[] = {"function", "aggregate", "window function"};
  nearest_name nearest = {.wanted = name};
  char hint[96];
  for (uint32_t i = 1; i < FN_COUNT_IDS; i++)
    if (of_kind(table[i].kind, kind))
      nearest_try(&nearest, (sonde_str){table[i].name, strlen(table[i].name)});
  return status_set(err, SONDE_NAME, at, "there is no %s %.*s%s", kinds[kind],
                    (int)(name.len < 60 ? name.len : 60), name.ptr, nearest_text(&nearest, hint));
}

/* ---- parameters ---- */

typedef struct {
  const char *name;
  size_t len;
  unsigned lists; /* [] behind it */
  char mark;      /* '?', '*' or 0 */
} token;

/* Reads one parameter; false at the end of the alternative. */
static bool next_token(const char **p, token *t) {
  if (**p == 0 || **p == '|') return false;
  if (**p == ',') (*p)++;
  *t = (token){.name = *p};
  while (**p && !strchr(",|?*[", **p)) (*p)++;
  t->len = (size_t)(*p - t->name);
  for (; **p == '['; *p += 2) t->lists++;
  if (**p == '?' || **p == '*') t->mark = *(*p)++;
  return true;
}

static bool token_is(const token *t, const char *name) {
  return strlen(name) == t->len && memcmp(t->name, name, t->len) == 0;
}

static int letter_of(const token *t) {
  return t->len == 1 && *t->name >= 'T' && *t->name <= 'W' ? *t->name - 'T' : -1;
}

/* The item type of an argument inside of as many lists; a NULL stays one. */
static const sql_type *inside(const sql_type *t, unsigned lists) {
  for (; lists && t->id == SQL_LIST; lists--) t = &t->children[0];
  return lists && t->id != SQL_NULL ? NULL : t;
}

static bool bind_letter(call *c, int letter, const sql_type *arg) {
  sql_type *known = &c->letters[letter];
  if (c->bound[letter]) return sql_type_unify(known, arg, c->mem, known, c->err);
  *known = *arg;
  return c->bound[letter] = true;
}

static bool in_class(const token *t, const sql_type *arg) {
  if (token_is(t, "any")) return arg->id != SQL_LAMBDA;
  if (token_is(t, "num")) return sql_is_numeric(arg);
  if (token_is(t, "int")) return sql_is_integer(arg);
  if (token_is(t, "temporal")) return sql_is_temporal(arg);
  return false;
}

static bool is_class(const token *t) {
  return token_is(t, "any") || token_is(t, "num") || token_is(t, "int") || token_is(t, "temporal");
}

static bool bare_nested(const token *t, sql_type_id *id) {
  *id = token_is(t, "list")     ? SQL_LIST
        : token_is(t, "map")    ? SQL_MAP
        : token_is(t, "struct") ? SQL_STRUCT
        : token_is(t, "lambda") ? SQL_LAMBDA
                                : SQL_NULL;
  return *id != SQL_NULL;
}

static bool plain_type(call *c, const token *t, sql_type *out) {
  if (!sql_type_of_name((sonde_str){t->name, t->len}, out)) return false;
  for (unsigned i = 0; i < t->lists; i++)
    if (!sql_list_of(c->mem, out, out, c->err)) return false;
  return true;
}

/* What stands in for a NULL or an untyped text where a class of types is asked for. */
static int class_cost(const token *t, const sql_type *arg, sql_type *parameter) {
  *parameter = *arg;
  if (in_class(t, arg)) return token_is(t, "any") ? 2 : 0;
  if (arg->id != SQL_NULL && !(arg->id == SQL_TEXT && arg->literal)) return -1;
  if (arg->id == SQL_NULL) *parameter = sql_simple(token_is(t, "temporal") ? SQL_DATE : SQL_BIGINT);
  return arg->id == SQL_NULL ? 1 : 51;
}

static int match_one(call *c, uint32_t i, const token *t) {
  const sql_type *arg = &c->args[i].type;
  sql_type_id nested_id;
  int letter = letter_of(t);
  if (letter >= 0) {
    const sql_type *item = inside(arg, t->lists);
    return item && item->id != SQL_LAMBDA && bind_letter(c, letter, item) ? 1 : -1;
  }
  if (is_class(t)) return class_cost(t, arg, &c->parameters[i]);
  if (bare_nested(t, &nested_id)) {
    c->parameters[i] = *arg;
    return arg->id == nested_id ? 0 : arg->id == SQL_NULL ? 1 : -1;
  }
  return plain_type(c, t, &c->parameters[i]) ? sql_cast_cost(arg, &c->parameters[i]) : -1;
}

/* The letters are known only once all arguments were seen. */
static bool settle_letters(call *c, const char *alternative) {
  token t = {0};
  for (uint32_t i = 0; i < c->n; i++) {
    if (t.mark != '*' || *alternative == ',') next_token(&alternative, &t);
    int letter = letter_of(&t);
    if (letter < 0) continue;
    sql_type *p = &c->parameters[i];
    *p = c->letters[letter];
    p->literal = 0;
    for (unsigned l = 0; l < t.lists; l++)
      if (!sql_list_of(c->mem, p, p, c->err)) return false;
  }
  return true;
}

/* Cost of one alternative, -1 when the arguments do not fit it. */
static int match(call *c, const char *alternative) {
  const char *p = alternative;
  token t = {0};
  int cost = 0;
  memset(c->bound, 0, sizeof c->bound);
  for (uint32_t i = 0; i < c->n; i++) {
    if (!next_token(&p, &t) && t.mark != '*') return -1;
    int one = match_one(c, i, &t);
    if (one < 0) return -1;
    cost += one;
  }
  if (next_token(&p, &t) && !t.mark) return -1;
  return settle_letters(c, alternative) ? cost : -1;
}

/* ---- results ---- */

static bool result_of(call *c, const char *result, sql_type *out) {
  if (*result == '@') return function_rule(c, result + 1, out);
  const char *p = result;
  token t;
  next_token(&p, &t);
  int letter = letter_of(&t);
  if (letter >= 0)
    *out = c->bound[letter] ? c->letters[letter] : sql_simple(SQL_NULL);
  else if (t.len == 1 && *t.name >= '1' && *t.name <= '9')
    *out = c->parameters[*t.name - '1'];
  else
    return plain_type(c, &t, out);
  out->literal = 0;
  for (unsigned i = 0; i < t.lists; i++)
    if (!sql_list_of(c->mem, out, out, c->err)) return false;
  return true;
}

/* ---- choosing ---- */

static const char *next_alternative(const char *p) {
  p = strchr(p, '|');
  return p ? p + 1 : NULL;
}

static sonde_code does_not_fit(sonde_str name, const call *c, uint32_t at, mem *m, sonde_error *err) {
  buf b;
  buf_init(&b, m, 4096);
  for (uint32_t i = 0; i < c->n; i++) {
    if (i) buf_put(&b, ", ", 2);
    sql_type_print(&c->args[i].type, &b);
  }
  int len = (int)(b.len < 120 ? b.len : 120), name_len = (int)(name.len < 60 ? name.len : 60);
  status_set(err, SONDE_TYPE, at, "%.*s is not made for (%.*s); cast the arguments", name_len, name.ptr, len,
             b.len ? (const char *)b.data : "");
  buf_free(&b);
  return SONDE_TYPE;
}

static bool is_of(uint32_t id, sonde_str name, function_kind kind) {
  return table[id].kind == kind && named(name, table[id].name);
}

static sonde_code choose(sonde_str name, function_kind kind, call *c, function_id *id,
                         const char **alternative) {
  int best = -1;
  *id = FN_NONE;
  for (uint32_t i = 1; i < FN_COUNT_IDS; i++) {
    if (!is_of(i, name, kind)) continue;
    if (*id == FN_NONE) *id = (function_id)i;
    for (const char *p = table[i].parameters; p; p = next_alternative(p)) {
      int cost = match(c, p);
      if (cost < 0 || (best >= 0 && cost >= best)) continue;
      best = cost;
      *id = (function_id)i;
      *alternative = p;
    }
  }
  return best >= 0 ? SONDE_OK : *id ? SONDE_TYPE : SONDE_NAME;
}

sonde_code function_bind(sonde_str name, function_kind kind, const function_argument *args, uint32_t n,
                         uint32_t at, arena *a, function_binding *out, sonde_error *err) {
  call c = {.mem = a, .err = err, .args = args, .n = n};
  c.parameters = arena_zero(a, (n + 1) * sizeof *c.parameters, err);
  if (!c.parameters) return err->code;
  const char *alternative = "";
  sonde_str real = canonical(name);
  sonde_code found = choose(real, kind, &c, &out->id, &alternative);
  if (found == SONDE_NAME && kind == FUNCTION_WINDOW)
    found = choose(real, FUNCTION_AGGREGATE, &c, &out->id, &alternative);
  if (found == SONDE_NAME) return no_such(name, kind, at, err);
  out->parameters = c.parameters;
  if (found == SONDE_OK && match(&c, alternative) >= 0 &&
      result_of(&c, table[out->id].result, &out->result)) {
    for (uint32_t i = 0; i < n; i++) c.parameters[i].literal = 0;
    return SONDE_OK;
  }
  return does_not_fit(name, &c, at, a->mem, err);
}
