/* Interpreter of flat programs: what comes in, chunk by chunk, then all the rest on tiles of 8,192 patients. Registers and
   leaves stand in one block of memory. */

#include <stdlib.h>
#include <string.h>

#include "inside.h"

static void store_bits(const uint64_t *plane, uint8_t *out, int rows) {
    int i = 0;
    if (LITTLE) memcpy(out, plane, (size_t)rows / 64 * 8), i = rows / 64 * 64;
    for (; i + 64 <= rows; i += 64)
        for (int j = 0; j < 8; j++) out[i / 8 + j] = (uint8_t)(plane[i >> 6] >> 8 * j);
    for (; i < rows; i += 8) {
        unsigned byte = (unsigned)(plane[i >> 6] >> (i & 63)) & 255u;
        if (rows - i < 8) byte &= (1u << (rows - i)) - 1u;
        out[i / 8] = (uint8_t)byte;
    }
}

#define PLANE(at) ((uint64_t *)(void *)k->plane[at])
#define NUMBER(at) (k->numbers + (size_t)(at)*k->items)

static void pack(const chunk *k, const primitives *use, const step *s) {
    const uint64_t *planes[8];
    const int32_t *list = k->of->list + s->a;
    if (k->of->out[s->d] == OUT_BYTE) {
        for (int j = 0; j < s->b; j++) planes[j] = PLANE(list[j]);
        use->pack(planes, s->b, (uint8_t *)k->outs[s->d] + k->start, k->rows);
        return;
    }
    uint8_t lane[TILE];
    uint64_t *out = (uint64_t *)k->outs[s->d] + k->start;
    if (!s->b) memset(out, 0, (size_t)k->rows * 8);
    for (int first = 0; first < s->b; first += 8) {
        int many = s->b - first < 8 ? s->b - first : 8;
        for (int j = 0; j < many; j++) planes[j] = PLANE(list[first + j]);
        use->pack(planes, many, lane, k->rows);
        if (first)
            for (int i = 0; i < k->rows; i++) out[i] |= (uint64_t)lane[i] << first;
        else
            for (int i = 0; i < k->rows; i++) out[i] = lane[i];
    }
}

/* Numbers are rare; their loops are plain. Sums cannot overflow: the bounds were checked. */
INLINE void number_step(const chunk *k, const step *s) {
    const sangao_program *of = k->of;
    const int rows = k->rows;
    int64_t *d = NUMBER(s->d);
    switch (s->op) {
    case LOAD: {
        const int32_t *x = (const int32_t *)k->slots[s->a].data + k->slots[s->a].offset + k->start;
        for (int i = 0; i < rows; i++) d[i] = x[i];
        break;
    }
    case CONST: {
        const int64_t value = of->constant[s->a];
        for (int i = 0; i < rows; i++) d[i] = value;
        break;
    }
    case ADD: {
        const int64_t *a = NUMBER(s->a), *b = NUMBER(s->b);
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] + b[i];
        break;
    }
    case MUL: {
        const int64_t *a = NUMBER(s->a), by = of->constant[s->b];
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] * by;
        break;
    }
    case MIN: {
        const int64_t *a = NUMBER(s->a), *b = NUMBER(s->b);
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] < b[i] ? a[i] : b[i];
        break;
    }
    case MAX: {
        const int64_t *a = NUMBER(s->a), *b = NUMBER(s->b);
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] > b[i] ? a[i] : b[i];
        break;
    }
    case SEL: {
        const uint64_t *when = PLANE(s->a);
        const int64_t *b = NUMBER(s->b), *c = NUMBER(s->c);
        EACH for (int i = 0; i < rows; i++) d[i] = when[i >> 6] >> (i & 63) & 1 ? b[i] : c[i];
        break;
    }
    default: {
        const int64_t base = of->constant[s->c];
        for (int i = 0; i < rows; i++) d[i] = base;
        for (int32_t j = 0; j < s->b; j++) {
            const uint64_t *plane = PLANE(of->list[s->a + 2 * j]);
            const int64_t weight = of->constant[of->list[s->a + 2 * j + 1]];
            for (int i = 0; i < rows; i++) d[i] += weight & -(int64_t)(plane[i >> 6] >> (i & 63) & 1);
        }
    }
    }
}

/* Where x is at least y, or, without y, at least a limit. */
INLINE void compare(const int64_t *x, const int64_t *y, int64_t limit, uint64_t *d, int rows) {
    for (int first = 0; first < rows; first += 64) {
        int bits = rows - first < 64 ? rows - first : 64;
        uint64_t found = 0;
        for (int i = 0; i < bits; i++) found |= (uint64_t)(x[first + i] >= (y ? y[first + i] : limit)) << i;
        d[first / 64] = found;
    }
}

/* Gates differ only in where they read and write and in what they turn round: nothing to branch on. */
INLINE void run_gates(const gate *g, int32_t many, uint8_t *const *plane, int words) {
    for (const gate *end = g + many; g < end; g++) {
        const uint64_t first = -(uint64_t)(g->turned & 1), second = -(uint64_t)(g->turned >> 1);
        const uint8_t *a = plane[g->a], *b = plane[g->b];
        uint8_t *d = plane[g->d];
        EACH for (int i = 0; i < 8 * words; i += 8) { /* bitmaps of a caller may begin at any byte */
            uint64_t x, y;
            memcpy(&x, a + i, 8);
            memcpy(&y, b + i, 8);
            x = (x ^ first) & (y ^ second);
            memcpy(d + i, &x, 8);
        }
    }
}

INLINE void plane_step(const chunk *k, const step *s) {
    const size_t words = ((size_t)k->rows + 63) / 64;
    if (s->op == GEC)
        compare(NUMBER(s->a), NULL, k->of->constant[s->b], PLANE(s->d), k->rows);
    else if (s->op == GE)
        compare(NUMBER(s->a), NUMBER(s->b), 0, PLANE(s->d), k->rows);
    else
        memset(PLANE(s->d), s->op == ONE ? 255 : 0, words * 8);
}

INLINE void run_tile(const chunk *k, const primitives *use) {
    const plan *how = k->of->how;
    const int words = (k->rows + 63) / 64;
    for (const step *s = how->body, *end = s + how->bodies; s < end; s++) {
        if (s->op == GATES && k->rows == TILE)
            run_gates(how->gate + s->a, s->b, k->plane, TILE / 64);
        else if (s->op == GATES)
            run_gates(how->gate + s->a, s->b, k->plane, words);
        else if (s->op < LOAD)
            plane_step(k, s);
        else if (s->op < OUT)
            number_step(k, s);
        else if (!k->outs[s->d])
            continue; /* not wanted */
        else if (s->op == OUT)
            store_bits(PLANE(s->a), (uint8_t *)k->outs[s->d] + k->start / 8, k->rows);
        else if (s->op == PACK)
            pack(k, use, s);
        else
            memcpy((int64_t *)k->outs[s->d] + k->start, NUMBER(s->a), (size_t)k->rows * 8);
    }
}

/* A chunk: the leaves, then tile after tile. */
INLINE void run_chunk(const chunk *whole, const primitives *use) {
    chunk k = *whole;
    const sangao_program *of = k.of;
    sangao_leaves(&k, use);
    for (int first = 0; first < whole->rows; first += TILE) {
        k.rows = whole->rows - first < TILE ? whole->rows - first : TILE;
        run_tile(&k, use);
        k.start += TILE;
        for (int32_t i = of->planes; i < of->planes + of->how->leaves; i++) k.plane[i] += TILE / 8;
    }
}

static void run_base(const chunk *k, const primitives *use) { run_chunk(k, use); }
#ifdef WITH_X86
AVX2 static void run_wide(const chunk *k, const primitives *use) { run_chunk(k, use); }
#endif

/* Rows between the registers of a run: a whole chunk or tile, or, of few rows, as many as they need. */
static size_t stride_of(int64_t rows, int64_t most) { return (size_t)(rows < most ? (rows + 511) / 512 * 512 : most); }

size_t sangao_room(const sangao_program *program, int64_t rows) {
    const uint64_t leaf = stride_of(rows < 1 ? 1 : rows, CHUNK), tile = stride_of(rows < 1 ? 1 : rows, TILE);
    const uint64_t planes = (uint64_t)program->planes, leaves = (uint64_t)program->how->leaves;
    uint64_t bytes = planes * (tile / 8) + leaves * (leaf / 8) + (uint64_t)program->numbers * (tile * 8) + 64;
    bytes += (planes + leaves) * sizeof(uint8_t *);
    return bytes > SIZE_MAX / 2 ? 0 : (size_t)bytes; /* 0: more than this machine can address */
}

int32_t sangao_run_in(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                      int64_t rows, int32_t most, void *room) {
    if (start < 0 || rows < 0 || start % CHUNK) return -2;
    for (int32_t i = 0; i < program->slots; i++)
        if (slots[i].offset < 0 || (rows && !slots[i].data && program->slot[i] != SLOT_BITS)) return -2;
    const size_t leaf = stride_of(rows, CHUNK), tile = stride_of(rows, TILE);
    uint64_t *registers = (uint64_t *)(void *)(((uintptr_t)room + 63) & ~(uintptr_t)63);
    uint64_t *leaves = registers + (size_t)program->planes * (tile / 64);
    int64_t *numbers = (int64_t *)(void *)(leaves + (size_t)program->how->leaves * (leaf / 64));
    uint8_t **plane = (uint8_t **)(void *)(numbers + (size_t)program->numbers * tile);
    for (int32_t i = 0; i < program->planes; i++) plane[i] = (uint8_t *)(registers + (size_t)i * (tile / 64));
    chunk k = {program, slots, outs, plane, leaves, numbers, leaf / 64, tile, start, 0};
    const primitives *use = sangao_primitives(most);
#ifdef WITH_X86
    const int wide = sangao_best() >= 2 && most >= 2;
#endif
    for (int64_t left = rows; left > 0; left -= CHUNK, k.start += CHUNK) {
        k.rows = left < CHUNK ? (int)left : CHUNK;
#ifdef WITH_X86
        if (wide) {
            run_wide(&k, use);
            continue;
        }
#endif
        run_base(&k, use);
    }
    return 0;
}

int32_t sangao_run(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                   int64_t rows, int32_t most) {
    size_t size = sangao_room(program, rows);
    void *room = size ? malloc(size) : NULL;
    if (!room) return -1;
    int32_t state = sangao_run_in(program, slots, outs, start, rows, most, room);
    free(room);
    return state;
}
