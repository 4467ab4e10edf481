/* Counters are read while they grow: each value is exact, a page of them is not one moment. */
#include "metrics.h"

static const uint64_t bounds_us[LATENCY_BUCKETS] = {100,    250,    1000,    2500,    10000,    25000,
                                                    100000, 250000, 1000000, 2500000, 10000000, 60000000};
static const char *const bounds_seconds[LATENCY_BUCKETS] = {
    "0.0001", "0.00025", "0.001", "0.0025", "0.01", "0.025", "0.1", "0.25", "1", "2.5", "10", "60"};

static const struct {
  const char *name, *label, *help;
} names[COUNTERS] = {
    [COUNT_ACCEPTED] = {"sonde_connections_accepted_total", "", "Connections accepted"},
    [COUNT_REFUSED_LIMIT] = {"sonde_refused_total", "{reason=\"connections\"}",
                             "Connections and requests refused"},
    [COUNT_REFUSED_ADDRESS] = {"sonde_refused_total", "{reason=\"address\"}", NULL},
    [COUNT_REFUSED_RATE] = {"sonde_refused_total", "{reason=\"rate\"}", NULL},
    [COUNT_REFUSED_SIGNATURE] = {"sonde_refused_total", "{reason=\"signature\"}", NULL},
    [COUNT_REFUSED_HEAD] = {"sonde_refused_total", "{reason=\"malformed\"}", NULL},
    [COUNT_REFUSED_BUSY] = {"sonde_refused_total", "{reason=\"busy\"}", NULL},
    [COUNT_LATE_HEAD] = {"sonde_cut_total", "{reason=\"head_deadline\"}", "Connections cut"},
    [COUNT_LATE_READER] = {"sonde_cut_total", "{reason=\"slow_reader\"}", NULL},
    [COUNT_CUT_CHANGED] = {"sonde_cut_total", "{reason=\"file_changed\"}", NULL},
    [COUNT_CUT_FAILED] = {"sonde_cut_total", "{reason=\"failed\"}", NULL},
    [COUNT_COLD] = {"sonde_cold_reads_total", "", "Pieces of files read from the disk before they were sent"},
    [COUNT_BYTES] = {"sonde_sent_bytes_total", "", "Bytes sent, heads included"},
    [COUNT_NO_DESCRIPTORS] = {"sonde_descriptors_exhausted_total", "",
                              "Times that no file descriptor was left"},
};

void metrics_answered(metrics *m, int status, uint64_t us) {
  unsigned bucket = 0;
  while (bucket < LATENCY_BUCKETS && us > bounds_us[bucket]) bucket++;
  atomic_fetch_add_explicit(&m->statuses[status / 100 % STATUS_CLASSES], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&m->latencies[bucket], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&m->latency_us, us, memory_order_relaxed);
}

static uint64_t get(const atomic_uint_fast64_t *n) { return atomic_load_explicit(n, memory_order_relaxed); }

static void put_help(out *o, const char *name, const char *kind, const char *help) {
  out_literal(o, "# HELP "), out_text(o, name), out_literal(o, " "), out_text(o, help);
  out_literal(o, "\n# TYPE "), out_text(o, name), out_literal(o, " "), out_text(o, kind),
      out_literal(o, "\n");
}

static void put_value(out *o, const char *name, const char *label, uint64_t value) {
  out_text(o, name), out_text(o, label), out_literal(o, " "), out_number(o, value), out_literal(o, "\n");
}

static void put_counters(const metrics *const *sets, unsigned count, out *o) {
  for (unsigned c = 0; c < COUNTERS; c++) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++) sum += get(&sets[i]->counts[c]);
    if (names[c].help) put_help(o, names[c].name, "counter", names[c].help);
    put_value(o, names[c].name, names[c].label, sum);
  }
}

static void put_statuses(const metrics *const *sets, unsigned count, out *o) {
  static const char *const labels[STATUS_CLASSES] = {
      "", "{status=\"1xx\"}", "{status=\"2xx\"}", "{status=\"3xx\"}", "{status=\"4xx\"}", "{status=\"5xx\"}"};
  put_help(o, "sonde_requests_total", "counter", "Requests answered");
  for (unsigned s = 1; s < STATUS_CLASSES; s++) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < count; i++) sum += get(&sets[i]->statuses[s]);
    put_value(o, "sonde_requests_total", labels[s], sum);
  }
}

static void put_latencies(const metrics *const *sets, unsigned count, out *o) {
  uint64_t sum = 0, total = 0;
  put_help(o, "sonde_request_seconds", "histogram",
           "From a whole head to the last byte handed to the kernel");
  for (unsigned b = 0; b <= LATENCY_BUCKETS; b++) {
    for (unsigned i = 0; i < count; i++) sum += get(&sets[i]->latencies[b]);
    out_literal(o, "sonde_request_seconds_bucket{le=\"");
    out_text(o, b < LATENCY_BUCKETS ? bounds_seconds[b] : "+Inf");
    put_value(o, "", "\"}", sum);
  }
  for (unsigned i = 0; i < count; i++) total += get(&sets[i]->latency_us);
  out_literal(o, "sonde_request_seconds_sum "), out_number(o, total / 1000000), out_literal(o, ".");
  for (uint64_t digit = 100000; digit; digit /= 10) out_number(o, total / digit % 10);
  out_literal(o, "\n");
  put_value(o, "sonde_request_seconds_count", "", sum);
}

static void put_gauges(const metrics_gauges *g, out *o) {
  put_help(o, "sonde_connections", "gauge", "Connections open now");
  put_value(o, "sonde_connections", "", g->connections);
  put_help(o, "sonde_work_queued", "gauge", "Answers that wait for a worker");
  put_value(o, "sonde_work_queued", "", g->work_queued);
  put_help(o, "sonde_work_running", "gauge", "Answers that are being made");
  put_value(o, "sonde_work_running", "", g->work_running);
  put_help(o, "sonde_log_lost_total", "counter", "Log lines that could not be written");
  put_value(o, "sonde_log_lost_total", "", g->log_lost);
}

void metrics_write(const metrics *const *sets, unsigned count, const metrics_gauges *gauges, out *o) {
  put_counters(sets, count, o);
  put_statuses(sets, count, o);
  put_latencies(sets, count, o);
  put_gauges(gauges, o);
}
