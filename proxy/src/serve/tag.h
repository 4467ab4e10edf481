/* tag.h — what an answer is made from, as a strong entity tag: the same parts in the same order, the same answer. */
#ifndef SERVE_TAG_H
#define SERVE_TAG_H
#include "results.h"
#include "text.h"

void tag_add(text *parts, sonde_str part);
void tag_make(const text *parts, char out[TAG_SIZE]);

#endif
