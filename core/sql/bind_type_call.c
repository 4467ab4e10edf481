/* Calls that become others by the types of their arguments: structs taken apart and put together, the values of an enum. */
#include "sql/bind.h"

/* ---- structs ---- */

typedef struct {
  binder *b;
  const ast_expr *call;
  ex_list values;
  LIST_OF(sonde_str) names;
  bool replaces;
} fields;

static void put_field(fields *f, sonde_str name, ex e) {
  for (uint32_t i = 0; i < f->names.count && name.len; i++) {
    if (!same_name(f->names.items[i], name)) continue;
    if (!f->replaces)
      bind_fail(f->b, SONDE_TYPE, f->call->at, "the field %.*s is there already; struct_update changes it",
                (int)name.len, name.ptr);
    f->values.items[i] = e;
    f->names.items[i] = name;
    return;
  }
  PUSH(f->b, &f->values, e);
  PUSH(f->b, &f->names, name);
}

static void put_struct(fields *f, ex from) {
  const sql_type *t = &from->type;
  if (t->id != SQL_STRUCT)
    bind_fail(f->b, SONDE_TYPE, from->at, "%.*s takes structs", (int)f->call->name.len, f->call->name.ptr);
  for (uint32_t i = 0; i < t->n_children && !f->b->failed; i++) {
    ex args[] = {from, ex_integer(f->b, i + 1, from->at)};
    put_field(f, t->names ? t->names[i] : str_of(""), ex_call(f->b, "struct_extract", from->at, 2, args));
  }
}

/* struct_concat(s, t), struct_insert(s, a := 1), struct_update(s, a := 1), struct_values(s): a struct of the fields of structs and
 * of those that are named. */
static ex bind_fields(binder *b, const ast_expr *ast) {
  fields f = {.b = b, .call = ast, .replaces = name_is(ast->name, "struct_update")};
  for (uint32_t i = 0; i < ast->args.count && !b->failed; i++) {
    const ast_expr *arg = ast->args.items[i];
    ex e = bind_expr(b, arg);
    if (arg->alias.len)
      put_field(&f, arg->alias, e);
    else
      put_struct(&f, e);
  }
  bool unnamed = name_is(ast->name, "struct_values");
  if (b->failed) return &b->no_expr;
  return ex_function(b, str_of("row"), FUNCTION_SCALAR, ast->at, &f.values, unnamed ? NULL : f.names.items);
}

/* ---- enums ---- */

static ex value_list(binder *b, const sql_type *t, size_t at) {
  ex_list values = {0};
  for (uint32_t i = 0; i < t->n_labels; i++)
    PUSH(b, &values, ex_cast(b, ex_text(b, t->names[i], at), sql_simple(SQL_TEXT)));
  return ex_function(b, str_of("list_value"), FUNCTION_SCALAR, at, &values, NULL);
}

/* Counted from 1; null for a null. */
static ex position(binder *b, ex list, ex e) {
  ex args[] = {list, ex_cast(b, e, sql_simple(SQL_TEXT))};
  return ex_call(b, "list_position", e->at, 2, args);
}

static ex slice(binder *b, size_t at, ex list, ex first, ex last) {
  return ex_call(b, "array_slice", at, 3, (ex[]){list, first, last});
}

static ex bind_enum(binder *b, const ast_expr *ast) {
  ex_list args = {0};
  bind_exprs(b, &ast->args, &args);
  if (b->failed) return &b->no_expr;
  ex of = args.items[0]->type.id == SQL_ENUM ? args.items[0] : args.items[args.count - 1];
  const sql_type *t = &of->type;
  if (t->id != SQL_ENUM) {
    bind_fail(b, SONDE_TYPE, ast->at, "%.*s takes an enum; NULL::ENUM('a', 'b') names its values",
              (int)ast->name.len, ast->name.ptr);
    return &b->no_expr;
  }
  if (name_is(ast->name, "enum_first"))
    return ex_cast(b, ex_text(b, t->names[0], ast->at), sql_simple(SQL_TEXT));
  if (name_is(ast->name, "enum_last"))
    return ex_cast(b, ex_text(b, t->names[t->n_labels - 1], ast->at), sql_simple(SQL_TEXT));
  ex list = value_list(b, t, ast->at);
  if (args.count == 2) {
    ex first = position(b, list, args.items[0]), last = position(b, list, args.items[1]);
    return slice(b, ast->at, list, first, last);
  }
  if (name_is(ast->name, "enum_range")) return list;
  ex code[] = {position(b, list, of), ex_integer(b, 1, ast->at)};
  sql_type_id id = t->n_labels <= 256 ? SQL_UTINYINT : t->n_labels <= 65536 ? SQL_USMALLINT : SQL_UINTEGER;
  return ex_cast(b, ex_call(b, "-", ast->at, 2, code), sql_simple(id));
}

ex bind_type_call(binder *b, const ast_expr *ast) {
  static const struct {
    const char *name;
    uint32_t least, most; /* arguments */
    ex (*bind)(binder *, const ast_expr *);
  } calls[] = {{"struct_concat", 1, 1000, bind_fields}, {"struct_insert", 2, 1000, bind_fields},
               {"struct_update", 2, 1000, bind_fields}, {"struct_values", 1, 1, bind_fields},
               {"enum_range", 1, 1, bind_enum},         {"enum_range_boundary", 2, 2, bind_enum},
               {"enum_first", 1, 1, bind_enum},         {"enum_last", 1, 1, bind_enum},
               {"enum_code", 1, 1, bind_enum}};
  uint32_t n = ast->args.count;
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (name_is(ast->name, calls[i].name) && n >= calls[i].least && n <= calls[i].most)
      return calls[i].bind(b, ast);
  return NULL;
}
