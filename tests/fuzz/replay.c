/* replay.c — runs a fuzz target over files instead of inventing inputs, so that every input that was once
 * worth keeping is a plain test. Arguments: files, or folders that are read with all that is below them. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LARGEST_INPUT = 4 << 20 };
static size_t files_run, files_too_large;

static void run_file(const char *path, size_t size) {
  if (size > LARGEST_INPUT) {
    files_too_large++;
    return;
  }
  FILE *file = fopen(path, "rb");
  /* Exactly as long as the input: a read past its end is then seen by AddressSanitizer. */
  uint8_t *data = malloc(size ? size : 1);
  if (!file || !data || fread(data, 1, size, file) != size) {
    fprintf(stderr, "%s: cannot be read\n", path);
    exit(1);
  }
  fclose(file);
  if (getenv("REPLAY_NAMES")) fprintf(stderr, "%s\n", path);
  LLVMFuzzerTestOneInput(data, size);
  free(data);
  files_run++;
}

static void run_path(const char *path);

static void run_folder(const char *path) {
  struct dirent **entries;
  int count = scandir(path, &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    if (entries[i]->d_name[0] != '.') {
      char child[4096];
      snprintf(child, sizeof child, "%s/%s", path, entries[i]->d_name);
      run_path(child);
    }
    free(entries[i]);
  }
  if (count >= 0) free(entries);
}

static void run_path(const char *path) {
  struct stat info;
  if (stat(path, &info) != 0) {
    printf("%s: not there, nothing replayed from it\n", path);
  } else if (S_ISDIR(info.st_mode)) {
    run_folder(path);
  } else {
    run_file(path, (size_t)info.st_size);
  }
}

int main(int argc, char **argv) {
  LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
  for (int i = 1; i < argc; i++) run_path(argv[i]);
  printf("%zu inputs replayed, %zu over %d bytes left out\n", files_run, files_too_large, LARGEST_INPUT);
  return 0;
}
