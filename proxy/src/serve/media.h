/* media.h — what a file is, by the end of its name. */
#ifndef SERVE_MEDIA_H
#define SERVE_MEDIA_H
#include <sonde.h>
#include <stdbool.h>

typedef struct {
  const char *name;   /* for Content-Type */
  bool precompressed; /* a .br or .gz beside the file may be sent in its place */
  bool policed;       /* gets the Content-Security-Policy of pages: documents and scripts */
} media_type;

media_type media_type_of(sonde_str path);
/* Whether a list such as "gzip, br;q=0.5" accepts a coding. */
bool media_accepts(sonde_str accept_encoding, const char *coding);

#endif
