/* Many bytes as few that have the same CRC-32 (reflected, polynomial 0x04C11DB7), on processors that multiply without carry. */
#ifndef BASE_CRC_FOLD_H
#define BASE_CRC_FOLD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CRC_FOLDED = 16, CRC_FOLDS_FROM = 64 };

#if defined(__x86_64__) && defined(__GNUC__)
#define CRC_FOLD
bool crc_can_fold(void);
/* The n bytes at `p`, a multiple of 16 and at least CRC_FOLDS_FROM, behind a register of ones leave the same remainder as `out` does behind
 * one of zeros. */
void crc_fold(const uint8_t *p, size_t n, uint8_t out[CRC_FOLDED]);
#endif

#endif
