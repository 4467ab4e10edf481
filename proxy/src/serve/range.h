/* range.h — which bytes of a file a Range field asks for (RFC 9110, 14.1 and 14.2). */
#ifndef SERVE_RANGE_H
#define SERVE_RANGE_H
#include <sonde.h>

enum { RANGES_MAX = 8 };

typedef struct {
  uint64_t first, length;
} byte_range;

/* RANGE_WHOLE also when the field is to be ignored: another unit, or no list of ranges. RANGE_REFUSED: nothing in it
 * lies in the file, or it asks for too many pieces. */
typedef struct {
  enum { RANGE_WHOLE, RANGE_PARTS, RANGE_REFUSED } kind;
  unsigned count; /* of RANGE_PARTS: at least 1 */
  byte_range parts[RANGES_MAX];
} byte_ranges;

/* `field` may have a NULL ptr. Parts come in the order in which they were asked for; what overlaps, or lies so close
 * together that the head of a part would be longer than the gap, is one part (15.3.7.2). */
byte_ranges range_read(sonde_str field, uint64_t size);

#endif
