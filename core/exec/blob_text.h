/* Bytes as the text that they are shown as, 0x and two digits each, and back. */
#ifndef EXEC_BLOB_TEXT_H
#define EXEC_BLOB_TEXT_H
#include "base/arena.h"

/* In the arena; ptr NULL: err says why. */
sonde_str blob_text(sonde_str bytes, arena *, sonde_error *);
/* What is not written so stands for itself: a text that is typed is looked for as the bytes that it has. */
sonde_code blob_parse(sonde_str text, arena *, sonde_str *out, sonde_error *);

#endif
