/* zone_rule.h — the rule at the end of a TZif file, which holds for all times behind its table: "CET-1CEST,M3.5.0,M10.5.0/3". */
#ifndef ZONE_RULE_H
#define ZONE_RULE_H
#include <stdbool.h>
#include <stdint.h>

/* The day of a year and the second of it (local time) at which a part of the year begins. */
typedef struct {
  enum { RULE_WEEKDAY, RULE_JULIAN, RULE_DAY } kind;
  int month, week, day; /* Mm.w.d; Jn and n are in `day` */
  int32_t seconds;
} rule_date;

typedef struct {
  bool summer;                   /* whether there is a summer time */
  int32_t offset, summer_offset; /* seconds ahead of UTC */
  rule_date summer_begin, summer_end;
} zone_rule;

/* False: not understood. */
bool zone_rule_read(const char *, zone_rule *);
/* Seconds since 1970, UTC, at which summer time begins and ends in a year. */
int64_t zone_rule_begin(const zone_rule *, int year);
int64_t zone_rule_end(const zone_rule *, int year);

#endif
