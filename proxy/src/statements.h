/* statements.h — SQL statements of a file, one after the other. */
#ifndef STATEMENTS_H
#define STATEMENTS_H
#include "text.h"
#include <stdbool.h>
#include <stdio.h>

/* The next statement without its end: a semicolon at the end of a line, or the end of the file. False: there is none. */
bool statement_read(FILE *, text *sql);

#endif
