/* zones.h — time zones from the system's tzdata (TZif files, RFC 9636, in TZDIR or /usr/share/zoneinfo), told to an engine
 * that wants them. */
#ifndef ZONES_H
#define ZONES_H
#include "text.h"
#include <stdbool.h>

/* Tells the zones that a job wants (sonde_want: source 0, length 1). */
bool zones_bring(sonde_engine *, sonde_job *, sonde_error *);

#endif
