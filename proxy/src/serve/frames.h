/* frames.h — "/v1/f/ID/z/N": the N-th MiB of a file as one zstd frame. Compressed copies of whole files are made in the
 * background and kept in the cache folder; until there is one, a frame is compressed when it is asked for. */
#ifndef SERVE_FRAMES_H
#define SERVE_FRAMES_H
#include "work.h"

enum { FRAME_BYTES = 1 << 20, FRAME_LEVEL = 3 };

/* Whether a path below "/v1/f/" means a frame. */
bool frames_is_path(sonde_str path);
/* A work handler; its context is the site. */
work_handler frames_answer;

#endif
