/* Which kernel runs which function. */
#include "exec/query/kernels.h"

#define STRICT KERNEL_STRICT
#define SAFE (KERNEL_STRICT | KERNEL_SAFE)

static const kernel_entry table[FN_COUNT_IDS] = {
    [FN_EQ] = {kernel_compare, SAFE},
    [FN_NE] = {kernel_compare, SAFE},
    [FN_LT] = {kernel_compare, SAFE},
    [FN_LE] = {kernel_compare, SAFE},
    [FN_GT] = {kernel_compare, SAFE},
    [FN_GE] = {kernel_compare, SAFE},
    [FN_DISTINCT_FROM] = {kernel_distinct_from, KERNEL_SAFE},
    [FN_NOT_DISTINCT_FROM] = {kernel_distinct_from, KERNEL_SAFE},
    [FN_BETWEEN] = {kernel_between, KERNEL_SAFE},
    [FN_GREATEST] = {kernel_extreme, KERNEL_SAFE},
    [FN_LEAST] = {kernel_extreme, KERNEL_SAFE},
    [FN_IF] = {kernel_if, KERNEL_SAFE},
    [FN_NULLIF] = {kernel_nullif, KERNEL_SAFE},
    [FN_ADD] = {kernel_arithmetic, STRICT},
    [FN_SUBTRACT] = {kernel_arithmetic, STRICT},
    [FN_MULTIPLY] = {kernel_arithmetic, STRICT},
    [FN_DIVIDE] = {kernel_arithmetic, SAFE},
    [FN_INT_DIVIDE] = {kernel_arithmetic, STRICT},
    [FN_DIV] = {kernel_arithmetic, STRICT},
    [FN_MODULO] = {kernel_arithmetic, STRICT},
    [FN_NEGATE] = {kernel_negate, STRICT},
    [FN_POSITIVE] = {kernel_first, SAFE},
    [FN_BIT_AND] = {kernel_bits, SAFE},
    [FN_BIT_OR] = {kernel_bits, SAFE},
    [FN_BIT_XOR] = {kernel_bits, SAFE},
    [FN_BIT_NOT] = {kernel_bits, SAFE},
    [FN_SHIFT_LEFT] = {kernel_shift, STRICT},
    [FN_SHIFT_RIGHT] = {kernel_shift, STRICT},
};

const kernel_entry *kernel_get(function_id id) { return &table[id]; }
