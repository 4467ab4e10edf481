/* query_print.h — an answer's JSON text as CSV or as a drawn table. */
#ifndef QUERY_PRINT_H
#define QUERY_PRINT_H
#include <sonde.h>
#include <stdio.h>

void print_line(sonde_str answer, FILE *); /* the JSON itself, on one line */
void print_csv(sonde_str answer, FILE *);
void print_drawn(sonde_str answer, FILE *);

#endif
