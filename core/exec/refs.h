/* Which columns a fragment reads, as part of it; and the columns that a table has and the block's own file has not. */
#ifndef EXEC_REFS_H
#define EXEC_REFS_H
#include "exec/task.h"

#define REF_ABSENT UINT32_MAX         /* every row is null */
#define REF_CONSTANT (UINT32_MAX - 1) /* every row is what the text in `piece` says */

void refs_put(buf *, uint8_t format, const column_ref *, uint32_t n);
/* Checked against the head; texts are borrowed. */
sonde_code refs_get(rd *, const fragment_head *, arena *, const column_ref **, uint32_t *n, sonde_error *);

static inline bool ref_is_stored(const column_ref *ref) { return ref->stored < REF_CONSTANT; }
/* Those that the file has, in their order. */
sonde_code refs_stored(const column_ref *, uint32_t n, arena *, column_ref **out, uint32_t *n_out,
                       sonde_error *);
/* The whole number, date (in days) or point in time (in microseconds, without a zone) that a text is; false: it is none. Whole
 * numbers are written as they are shown: 007 is none. */
bool ref_number(type_id, sonde_str, int64_t *out);
/* The vec of a column that the file does not have; NULL: no memory. */
const vec *ref_vec(const column_ref *, uint32_t rows, arena *, sonde_error *);

#endif
