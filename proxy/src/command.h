/* command.h — the subcommands, each in a file of its own, and what they share. `argv[0]` is the subcommand's name. */
#ifndef COMMAND_H
#define COMMAND_H
#include <stdbool.h>

enum { EXIT_FINE = 0, EXIT_ERROR = 1, EXIT_USAGE = 2 };

int command_serve(int argc, char **argv);
int command_head(int argc, char **argv);
int command_scan(int argc, char **argv);
int command_view(int argc, char **argv);
int command_convert(int argc, char **argv);
int command_query(int argc, char **argv);

extern const char serve_usage[], head_usage[], scan_usage[], view_usage[], convert_usage[], query_usage[];

/* "sonde NAME: message" on stderr. Answers the exit code that fits, so that callers can `return` it. */
__attribute__((format(printf, 1, 2))) int say_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) int say_usage_error(const char *format, ...);
/* The value of an option: the next word, which is consumed; NULL, with a message, when there is none. */
const char *option_value(int argc, char **argv, int *at);

#endif
