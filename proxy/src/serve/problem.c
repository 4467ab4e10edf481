/* See problem.h. */
#include "problem.h"

static const struct {
  int status;
  const char *reason;
} reasons[] = {
    {200, "OK"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

const char *status_reason(int status) {
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status) return reasons[i].reason;
  return "";
}

static void put_text(out *o, const char *s) { out_json(o, (sonde_str){s, strlen(s)}); }

void problem_put(out *o, int status, const char *code, const char *detail, const char *members) {
  out_literal(o, "{\"type\":\"about:blank\",\"title\":\""), put_text(o, status_reason(status));
  out_literal(o, "\",\"status\":"), out_number(o, (uint64_t)status);
  out_literal(o, ",\"code\":\""), put_text(o, code);
  out_literal(o, "\",\"detail\":\""), put_text(o, detail);
  out_literal(o, "\"");
  if (members) out_literal(o, ","), out_text(o, members);
  out_literal(o, "}\n");
}
