/* Grouping by keys that hardly repeat: a table of all groups would lie beyond the caches, so that each row waits for memory. Once
 * there are many groups, rows of others are dealt out by the hash of their words, as these words and what their aggregates take,
 * and gathered part after part in tables that the cache holds. Rows of a group stay in their order; groups do not. */
#include "exec/query/group/grouping.h"

#define PARTS 256u
#define PIECE_ROWS 1024u
#define LANES_MAX 32u
#define BATCHES_OF_GROUPS 32u /* at least; or a half, of the first one, where the plan expects MANY_GROUPS */
#define MANY_GROUPS 1e6
#define PART_GROUPS_MAX 65536u /* that a part's table has room for from the beginning */
#define ROOM_SHARE 3u          /* of memory: left to others */

#define NODE(o) (&(o)->plan->u.aggregate)

/* Column by column: words, arguments, then a byte for each argument: 1, it is not null. */
struct deal_piece {
  deal_piece *next;
  uint32_t n, nulls; /* nulls: a bit for each argument that has some */
  uint64_t lanes[];
};

static size_t piece_size(const dealt_groups *d) {
  return sizeof(deal_piece) + PIECE_ROWS * ((d->layout.n_words + d->n_lanes) * sizeof(uint64_t) + d->n_lanes);
}

static uint8_t *validity_of(const dealt_groups *d, deal_piece *p, uint32_t which) {
  return (uint8_t *)(p->lanes + (size_t)PIECE_ROWS * (d->layout.n_words + d->n_lanes)) + PIECE_ROWS * which;
}

/* ---- when ---- */

static uint32_t lanes_of(const op *o, const group_set *s) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    if (!aggregate_takes_words(&s->calls[i])) return UINT32_MAX;
    if (!s->calls[i].base) n += NODE(o)->calls[i].n_args;
  }
  return n;
}

/* That all rows to come find room, as they are estimated. */
static bool has_room(const op *o, const dealt_groups *d) {
  mem *m = o->run->mem;
  double rows = o->in[0]->plan->rows + PARTS * PIECE_ROWS;
  double bytes = rows / PIECE_ROWS * (double)piece_size(d) + (double)mem_share(m) / ROOM_SHARE;
  return bytes < (double)m->limit && mem_has_room(m, (uint64_t)bytes);
}

uint64_t groups_dealt_held(const group_set *s) { return s->dealt.rows / PIECE_ROWS * piece_size(&s->dealt); }

static bool may_deal(const op *o, const group_set *s) {
  if (NODE(o)->role != AGGREGATE_WHOLE || NODE(o)->sets || s->full || s->dealt.parts || s->table.direct)
    return false;
  const dealt_groups d = {.layout = {.n_words = s->table.n_words}, .n_lanes = lanes_of(o, s)};
  return d.n_lanes <= LANES_MAX && has_room(o, &d);
}

bool groups_may_deal(const op *o, const group_set *s, uint64_t rows) {
  return s->table.n >= BATCHES_OF_GROUPS * o->run->batch_rows && s->table.n >= rows / 2 && may_deal(o, s);
}

bool groups_may_deal_all(const op *o, const group_set *s) {
  return o->plan->rows >= MANY_GROUPS && s->table.n >= o->run->batch_rows / 2 && may_deal(o, s);
}

sonde_code groups_begin_dealing(op *o, group_set *s) {
  dealt_groups *d = &s->dealt;
  d->parts = mem_alloc(o->run->mem, PARTS * sizeof *d->parts, o->run->err);
  if (!d->parts) return o->run->err->code;
  memset(d->parts, 0, PARTS * sizeof *d->parts);
  d->layout = s->keys.layout;
  d->n_lanes = lanes_of(o, s);
  return SONDE_OK;
}

/* ---- dealing ---- */

static deal_piece *piece_with_room(op *o, const dealt_groups *d, group_part *part) {
  if (part->last && part->last->n < PIECE_ROWS) return part->last;
  deal_piece *p = mem_alloc(o->run->mem, piece_size(d), o->run->err);
  if (!p) return NULL;
  p->next = NULL;
  p->n = p->nulls = 0;
  if (part->last)
    part->last->next = p;
  else
    part->first = p;
  return part->last = p;
}

typedef struct {
  deal_piece **pieces; /* of each row … */
  uint32_t *at;        /* … and where in it */
} places;

static sonde_code find_places(op *o, dealt_groups *d, const uint64_t *hashes, const uint32_t *rows,
                              uint32_t n, arena *m, places *out) {
  out->pieces = arena_array(m, n, sizeof(deal_piece *), o->run->err);
  out->at = arena_array(m, n, sizeof *out->at, o->run->err);
  if (!out->pieces || !out->at) return o->run->err->code;
  for (uint32_t i = 0; i < n; i++) {
    deal_piece *p = piece_with_room(o, d, &d->parts[hashes[rows[i]] >> 56]);
    if (!p) return o->run->err->code;
    out->pieces[i] = p;
    out->at[i] = p->n++;
  }
  d->rows += n;
  return SONDE_OK;
}

static void put_lane(const places *to, uint32_t which, const col *from, const uint32_t *rows, uint32_t n) {
  const uint64_t *v = from->data;
  size_t m = col_mask(from);
  for (uint32_t i = 0; i < n; i++) to->pieces[i]->lanes[which * PIECE_ROWS + to->at[i]] = v[rows[i] & m];
}

static void put_nulls(const dealt_groups *d, const places *to, uint32_t which, const col *from,
                      const uint32_t *rows, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    deal_piece *p = to->pieces[i];
    if (from->valid[rows[i] & col_mask(from)]) continue;
    if (!(p->nulls >> which & 1)) memset(validity_of(d, p, which), 1, PIECE_ROWS);
    p->nulls |= 1u << which;
    validity_of(d, p, which)[to->at[i]] = 0;
  }
}

static sonde_code put_rows(op *o, dealt_groups *d, uint64_t *const *words, const uint64_t *hashes,
                           const col *args, const uint32_t *rows, uint32_t n, arena *m) {
  places to;
  SONDE_TRY(find_places(o, d, hashes, rows, n, m, &to));
  for (uint32_t w = 0; w < d->layout.n_words; w++) {
    const col word = {.form = COL_FLAT, .data = words[w]};
    put_lane(&to, w, &word, rows, n);
  }
  for (uint32_t i = 0; i < d->n_lanes; i++) {
    put_lane(&to, d->layout.n_words + i, &args[i], rows, n);
    if (args[i].valid) put_nulls(d, &to, i, &args[i], rows, n);
  }
  return SONDE_OK;
}

/* ---- what was dealt out with another layout ---- */

static col argument(const dealt_groups *d, deal_piece *p, uint32_t which, const sql_type *t) {
  return (col){.lane = (uint8_t)(t ? sql_lane(t) : LANE_I64),
               .form = COL_FLAT,
               .type = t,
               .valid = p->nulls >> which & 1 ? validity_of(d, p, which) : NULL,
               .data = p->lanes + (size_t)PIECE_ROWS * (d->layout.n_words + which)};
}

static sonde_code move_piece(op *o, group_set *s, const dealt_groups *from, deal_piece *p, arena *m) {
  uint64_t *words[KEYER_WORDS_MAX], old[KEYER_WORDS_MAX], new[KEYER_WORDS_MAX];
  uint32_t n_words = s->dealt.layout.n_words, rows[PIECE_ROWS];
  col args[LANES_MAX];
  uint64_t *hashes = arena_zero(m, PIECE_ROWS * sizeof *hashes, o->run->err);
  uint64_t *all = arena_array(m, PIECE_ROWS, n_words * sizeof *all, o->run->err);
  if (!hashes || !all) return o->run->err->code;
  for (uint32_t w = 0; w < n_words; w++) words[w] = all + (size_t)w * PIECE_ROWS;
  for (uint32_t i = 0; i < p->n; i++) {
    for (uint32_t w = 0; w < from->layout.n_words; w++) old[w] = p->lanes[w * PIECE_ROWS + i];
    words_follow(&s->keys, &from->layout, old, new);
    for (uint32_t w = 0; w < n_words; w++) hashes[i] = key_hash(hashes[i], words[w][i] = new[w]);
    rows[i] = i;
  }
  for (uint32_t i = 0; i < from->n_lanes; i++) args[i] = argument(from, p, i, NULL);
  return put_rows(o, &s->dealt, words, hashes, args, rows, p->n, m);
}

static deal_piece *take_piece(op *o, const dealt_groups *d, group_part *part) {
  deal_piece *p = part->first;
  part->first = p->next;
  mem_free(o->run->mem, p, piece_size(d));
  return part->first;
}

static void free_dealt(op *o, dealt_groups *d) {
  for (uint32_t i = 0; d->parts && i < PARTS; i++)
    while (d->parts[i].first) take_piece(o, d, &d->parts[i]);
  mem_free(o->run->mem, d->parts, PARTS * sizeof *d->parts);
  d->parts = NULL;
}

void groups_free_dealt(op *o, group_set *s) { free_dealt(o, &s->dealt); }

static sonde_code deal_anew(op *o, group_set *s) {
  dealt_groups from = s->dealt;
  arena memory;
  arena_init(&memory, o->run->mem);
  s->dealt = (dealt_groups){0};
  sonde_code code = groups_begin_dealing(o, s);
  for (uint32_t i = 0; i < PARTS && code == SONDE_OK; i++)
    for (deal_piece *p = from.parts[i].first; p && code == SONDE_OK;
         p = take_piece(o, &from, &from.parts[i])) {
      arena_reset(&memory);
      code = move_piece(o, s, &from, p, &memory);
    }
  arena_free(&memory);
  free_dealt(o, &from);
  return code;
}

sonde_code groups_deal(op *o, group_set *s, const batch *b, const uint32_t *rows, uint32_t n) {
  col args[LANES_MAX], *to = args;
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    if (s->calls[i].base) continue;
    SONDE_TRY(aggregate_args(&s->calls[i], b, to, &o->scratch));
    to += NODE(o)->calls[i].n_args;
  }
  if (s->dealt.layout.version != s->keys.layout.version) SONDE_TRY(deal_anew(o, s));
  return put_rows(o, &s->dealt, s->keys.words, s->keys.hash, args, rows, n, &o->scratch);
}

/* ---- gathering a part ---- */

static sonde_code number_piece(op *o, group_set *s, deal_piece *p, uint32_t *numbers) {
  uint64_t *own[KEYER_WORDS_MAX];
  keyer *k = &s->keys;
  memcpy(own, k->words, sizeof own);
  for (uint32_t w = 0; w < k->n_words; w++) k->words[w] = p->lanes + (size_t)w * PIECE_ROWS;
  k->any_skip = false;
  sonde_code code = key_table_add(&s->table, k, p->n, numbers, o->run->err);
  memcpy(k->words, own, sizeof own);
  return code;
}

static sonde_code gather_piece(op *o, group_set *s, deal_piece *p) {
  uint32_t numbers[PIECE_ROWS], which = 0;
  arena_reset(&o->scratch);
  SONDE_TRY(number_piece(o, s, p, numbers));
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) {
    const aggregate_call *c = &NODE(o)->calls[i];
    col args[LANES_MAX];
    if (s->calls[i].base) continue;
    for (uint32_t k = 0; k < c->n_args; k++) args[k] = argument(&s->dealt, p, which++, &c->args[k]->type);
    const batch b = {.n = p->n, .n_cols = c->n_args, .cols = args};
    SONDE_TRY(aggregate_take(&s->calls[i], &b, numbers, s->table.n, &o->scratch));
  }
  return SONDE_OK;
}

static sonde_code begin_part(op *o, group_set *s, const group_part *part) {
  uint32_t rows = 0;
  for (const deal_piece *p = part->first; p && rows < PART_GROUPS_MAX; p = p->next) rows += p->n;
  key_table_clear(&s->table);
  return key_table_reserve(&s->table, rows, o->run->err);
}

sonde_code groups_next_part(op *o, group_set *s) {
  dealt_groups *d = &s->dealt;
  s->table.n = 0;
  if (!d->parts) return SONDE_OK;
  for (uint32_t i = 0; i < NODE(o)->n_calls; i++) aggregate_clear(&s->calls[i]);
  while (d->next < PARTS && s->table.n == 0) {
    group_part *part = &d->parts[d->next++];
    SONDE_TRY(begin_part(o, s, part));
    for (deal_piece *p = part->first; p; p = take_piece(o, d, part)) SONDE_TRY(gather_piece(o, s, p));
  }
  return SONDE_OK;
}
