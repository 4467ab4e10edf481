/* files.h — answers that are files or parts of them. */
#ifndef SERVE_FILES_H
#define SERVE_FILES_H
#include "answer.h"

/* A page or asset at "/path": index.html of folders, precompressed neighbours, the policy of pages. */
void files_answer_page(loop *, const http_request *q, exchange *x, int folder);
/* Data below a folder; `path` is terminated. */
void files_answer_data(loop *, const http_request *q, exchange *x, int folder, sonde_str path);
/* The head of the next part of a multipart answer, and which bytes follow it; after the last one what ends it. */
void files_next_part(exchange *x);

#endif
