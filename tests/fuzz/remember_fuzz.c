/* Any bytes as what was remembered of a small table that has several blocks: as they are, or laid over what is right (each three: place,
 * place, what is changed there). It is refused, or rows are read, or reading fails. */
#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMORY = 8 << 20, BLOCK = 32, AS_IT_IS = 0 };

static const char table[] = "id,name,day\n"
                            "1,Ada,2024-01-01\n"
                            "2,\"Bert\nor Ben, of a row that is in more than one block\",2024-01-02\n"
                            "3,,\n"
                            "4,Dora,2024-02-29\n"
                            "5,\"O'Neil, \"\"Nes\"\"\",2025-12-31\n";

static void require(bool holds) {
  if (!holds) abort();
}

static void open_table(host *h) {
  sonde_config config = {.struct_size = sizeof config, .memory_limit = MEMORY, .block_bytes = BLOCK};
  require(host_open(h, &config, 0, table, sizeof table - 1));
  require(host_run(h, "{\"job\":\"open\",\"source\":1,\"name\":\"t.csv\"}") == SONDE_OK);
}

static bytes right_one(void) {
  host h;
  open_table(&h);
  require(host_run(&h, "{\"job\":\"index\",\"table\":1}") == SONDE_OK);
  require(host_run(&h, "{\"job\":\"import\",\"table\":1}") == SONDE_OK);
  require(host_run(&h, "{\"job\":\"remember\",\"table\":1}") == SONDE_OK);
  bytes all = h.pages;
  h.pages = (bytes){0};
  host_close(&h);
  return all;
}

static bytes input_of(const uint8_t *data, size_t size) {
  bytes all = {0};
  if (size && data[0] == AS_IT_IS) {
    bytes_put(&all, data + 1, size - 1);
    return all;
  }
  all = right_one();
  for (size_t i = 1; i + 3 <= size; i += 3)
    all.data[((size_t)data[i] << 8 | data[i + 1]) % all.len] ^= data[i + 2];
  return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  host h;
  bytes all = input_of(data, size);
  open_table(&h);
  require(host_add(&h, all) == 3);
  if (host_run(&h, "{\"job\":\"recall\",\"table\":1,\"source\":3}") == SONDE_OK) {
    host_run(&h, "{\"job\":\"read\",\"table\":1,\"row\":0,\"rows\":1000}");
    host_run(&h, "{\"job\":\"read\",\"table\":1,\"row\":3,\"rows\":1}");
  } else {
    require(host_run(&h, "{\"job\":\"index\",\"table\":1}") == SONDE_OK);
  }
  host_close(&h);
  free(all.data);
  return 0;
}
