/* What the rooms of the kernel share: a verified program, the primitives, runs in memory that the caller keeps.
   program.c reads and verifies, simd.c compares and packs, kernel.c runs. The meaning of every operation stands in
   engine/run/flat.py; engine/run/columns.py is the same in Python. */

#ifndef SANGAO_INSIDE_H
#define SANGAO_INSIDE_H

#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

#if defined(__GNUC__) && defined(__x86_64__) && !defined(SANGAO_PLAIN)
#define WITH_X86 1
#define AVX2 __attribute__((target("avx2")))
#endif
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define FETCH(at) __builtin_prefetch(at)
#define EACH _Pragma("GCC ivdep") /* a register may be its own source: still each row alone */
#else
#define INLINE static inline
#define FETCH(at) ((void)(at))
#define EACH
#endif

enum { CHUNK = 8192, NEAR = 2048, HEAD = 44, MOST = 1 << 16 };
enum { ZERO, ONE, AND, ANDN, NOR, NOT, BITS, GE32, EQ8, GEC, GE, LOAD, CONST, ADD, MUL, MIN, MAX, SEL, SUM, OUT, PACK, OUTN };
enum { SLOT_BITS, SLOT_BYTE, SLOT_INT32 };
enum { OUT_BITS, OUT_BYTE, OUT_MASK, OUT_NUMBER };

typedef struct {
    int32_t op, d, a, b, c;
} step;

struct sangao_program {
    int32_t slots, outs, planes, numbers, constants, lists, steps;
    const int64_t *constant;
    const int32_t *slot, *out, *list;
    const step *code;
};

static inline uint32_t u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Rows -> bits, bits -> bytes; `rows` of a plane start at a whole word. */
typedef void ge32_fn(const int32_t *x, int32_t limit, uint64_t *out, int rows);
typedef void eq8_fn(const uint8_t *x, uint8_t value, uint64_t *out, int rows);
typedef void pack_fn(const uint64_t *const *planes, int many, uint8_t *out, int rows);

typedef struct {
    ge32_fn *ge32;
    eq8_fn *eq8;
    pack_fn *pack;
} primitives;

/* The best primitives of at most this level (kernel.h). */
const primitives *sangao_primitives(int32_t level);

/* The part of a program that the outputs which are not NULL need, as long as the program lives; NULL without memory. */
sangao_program *sangao_part(const sangao_program *of, void *const *outs);

/* Bytes of registers that a run of so many rows (and every shorter one) needs, and `sangao_run` in such memory. */
size_t sangao_room(const sangao_program *program, int64_t rows);
int32_t sangao_run_in(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                      int64_t rows, int32_t most, void *room);

#endif
