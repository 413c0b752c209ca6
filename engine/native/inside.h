/* What the rooms of the kernel share: a verified program, the primitives, runs in memory that the caller keeps.
   program.c reads and verifies, plan.c lays it out, leaves.c takes columns in, simd.c compares and packs, kernel.c runs.
   The meaning of every operation stands in engine/run/flat.py; engine/run/columns.py is the same in Python. */

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
#define FETCH(at) __builtin_prefetch(at, 0, 2)
#define EACH _Pragma("GCC ivdep") /* a register may be its own source: still each row alone */
#else
#define INLINE static inline
#define FETCH(at) ((void)(at))
#define EACH
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LITTLE 1 /* the bytes of a plane are those of a bitmap */
#else
#define LITTLE 0
#endif

enum { CHUNK = 16384, TILE = 8192, NEAR = 4096, HEAD = 44, MOST = 1 << 16 };
enum { ZERO, ONE, AND, ANDN, NOR, NOT, BITS, GE32, EQ8, GEC, GE, LOAD, CONST, ADD, MUL, MIN, MAX, SEL, SUM, OUT, PACK, OUTN };
enum { GATES = OUTN + 1 }; /* of a plan only: `b` gates from `a` on */
enum { SLOT_BITS, SLOT_BYTE, SLOT_INT32, SLOT_INT16 };
enum { OUT_BITS, OUT_BYTE, OUT_MASK, OUT_NUMBER };

typedef struct {
    int32_t op, d, a, b, c;
} step;

/* d = a and b, each of them turned round where its bit of `turned` is set. */
typedef struct {
    int32_t d, a, b, turned;
} gate;

/* What is run of a program: what comes in, once a chunk, then the body, tile by tile. Leaf i is plane `planes` + i. */
typedef struct {
    int32_t leaves, bodies, gates;
    const step *leaf, *body;
    const gate *gate;
} plan;

struct sangao_program {
    int32_t slots, outs, planes, numbers, constants, lists, steps;
    const int64_t *constant;
    const int32_t *slot, *out, *list;
    const step *code;
    plan *how;
};

static inline uint32_t u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Rows -> bits, bits -> bytes; `rows` of a plane start at a whole word. */
typedef void ge32_fn(const int32_t *x, int32_t limit, uint64_t *out, int rows);
typedef void ge16_fn(const int16_t *x, int32_t limit, uint64_t *out, int rows);
typedef void eq8_fn(const uint8_t *x, uint8_t value, uint64_t *out, int rows);
typedef void pack_fn(const uint64_t *const *planes, int many, uint8_t *out, int rows);

typedef struct {
    ge32_fn *ge32;
    ge16_fn *ge16;
    eq8_fn *eq8;
    pack_fn *pack;
} primitives;

/* The best primitives of at most this level (kernel.h). */
const primitives *sangao_primitives(int32_t level);

/* One stretch of a run: a chunk while leaves are made, then each of its tiles. */
typedef struct {
    const sangao_program *of;
    const sangao_slot *slots;
    void *const *outs;
    uint8_t **plane; /* where the bits of each register stand, then those of each leaf */
    uint64_t *leaves;
    int64_t *numbers;
    size_t words, items; /* of a leaf, of a number */
    int64_t start;
    int rows;
} chunk;

/* Makes the leaves of a chunk (leaves.c). */
void sangao_leaves(const chunk *k, const primitives *use);

/* How a verified program is run (plan.c); NULL without memory. */
plan *sangao_plan(const sangao_program *of);

/* The part of a program that the outputs which are not NULL need, as long as the program lives; NULL without memory. */
sangao_program *sangao_part(const sangao_program *of, void *const *outs);

/* Bytes of registers that a run of so many rows (and every shorter one) needs, and `sangao_run` in such memory. */
size_t sangao_room(const sangao_program *program, int64_t rows);
int32_t sangao_run_in(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                      int64_t rows, int32_t most, void *room);

#endif
