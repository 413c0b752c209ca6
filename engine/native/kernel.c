/* Interpreter of flat programs: one pass over 8,192 patients per instruction, all registers in one block of memory. */

#include <stdlib.h>
#include <string.h>

#include "inside.h"

/* Bits [first, first + rows) of a bitmap, read byte by byte at its end: nothing beyond the last bit's byte is touched. */
static void load_bits(const uint8_t *data, int64_t first, uint64_t *out, int rows, int more) {
    const uint8_t *at = data + first / 8;
    int shift = (int)(first % 8), whole = rows / 64, left = rows % 64;
    for (int w = 0; w < whole; w++, at += 8) {
        if (more && w % 8 == 0) FETCH(at + CHUNK / 8); /* many short stretches: the next one is asked for in time */
        uint64_t x = (uint64_t)u32(at) | (uint64_t)u32(at + 4) << 32;
        out[w] = shift ? x >> shift | (uint64_t)at[8] << (64 - shift) : x;
    }
    if (left) {
        int bytes = (shift + left + 7) / 8;
        uint64_t x = 0;
        for (int j = 0; j < bytes && j < 8; j++) x |= (uint64_t)at[j] << 8 * j;
        x >>= shift;
        if (bytes > 8) x |= (uint64_t)at[8] << (64 - shift);
        out[whole] = x;
    }
}

static void store_bits(const uint64_t *plane, uint8_t *out, int rows) {
    int i = 0;
    for (; i + 64 <= rows; i += 64)
        for (int j = 0; j < 8; j++) out[i / 8 + j] = (uint8_t)(plane[i >> 6] >> 8 * j);
    for (; i < rows; i += 8) {
        unsigned byte = (unsigned)(plane[i >> 6] >> (i & 63)) & 255u;
        if (rows - i < 8) byte &= (1u << (rows - i)) - 1u;
        out[i / 8] = (uint8_t)byte;
    }
}

typedef struct {
    const sangao_program *of;
    const sangao_slot *slots;
    void *const *outs;
    uint64_t *planes;
    int64_t *numbers;
    size_t words, items; /* of a plane, of a number */
    int64_t start;
    int rows, more; /* more: another whole chunk follows */
} chunk;

#define PLANE(at) (k->planes + (size_t)(at)*k->words)
#define NUMBER(at) (k->numbers + (size_t)(at)*k->items)

static void pack(const chunk *k, const primitives *use, const step *s) {
    const uint64_t *planes[8];
    const int32_t *list = k->of->list + s->a;
    if (k->of->out[s->d] == OUT_BYTE) {
        for (int j = 0; j < s->b; j++) planes[j] = PLANE(list[j]);
        use->pack(planes, s->b, (uint8_t *)k->outs[s->d] + k->start, k->rows);
        return;
    }
    uint8_t lane[CHUNK];
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

INLINE void plane_step(const chunk *k, const primitives *use, const step *s) {
    const int rows = k->rows, words = (rows + 63) / 64;
    uint64_t *d = PLANE(s->d);
    switch (s->op) {
    case AND: {
        const uint64_t *a = PLANE(s->a), *b = PLANE(s->b);
        EACH for (int w = 0; w < words; w++) d[w] = a[w] & b[w];
        break;
    }
    case ANDN: {
        const uint64_t *a = PLANE(s->a), *b = PLANE(s->b);
        EACH for (int w = 0; w < words; w++) d[w] = a[w] & ~b[w];
        break;
    }
    case NOR: {
        const uint64_t *a = PLANE(s->a), *b = PLANE(s->b);
        EACH for (int w = 0; w < words; w++) d[w] = ~(a[w] | b[w]);
        break;
    }
    case NOT: {
        const uint64_t *a = PLANE(s->a);
        EACH for (int w = 0; w < words; w++) d[w] = ~a[w];
        break;
    }
    case BITS: {
        const sangao_slot *slot = k->slots + s->a;
        if (slot->data)
            load_bits(slot->data, slot->offset + k->start, d, rows, k->more);
        else
            memset(d, 255, (size_t)words * 8);
        break;
    }
    case EQ8: {
        const sangao_slot *slot = k->slots + s->a;
        use->eq8((const uint8_t *)slot->data + slot->offset + k->start, (uint8_t)s->b, d, rows);
        break;
    }
    case GEC:
        compare(NUMBER(s->a), NULL, k->of->constant[s->b], d, rows);
        break;
    case GE:
        compare(NUMBER(s->a), NUMBER(s->b), 0, d, rows);
        break;
    default:
        memset(d, s->op == ONE ? 255 : 0, (size_t)words * 8);
    }
}

/* All limits that follow one another on one slot, in blocks that stay near: each number comes from memory once.
   Returns how many steps that were. */
static int32_t limits(const chunk *k, const primitives *use, const step *s, int32_t left) {
    const sangao_slot *slot = k->slots + s->a;
    const int32_t *x = (const int32_t *)slot->data + slot->offset + k->start;
    int32_t many = 1;
    while (many < left && s[many].op == GE32 && s[many].a == s->a) many++;
    for (int first = 0; first < k->rows; first += NEAR) {
        int rows = k->rows - first < NEAR ? k->rows - first : NEAR;
        for (int32_t i = 0; i < many; i++)
            use->ge32(x + first, (int32_t)k->of->constant[s[i].b], PLANE(s[i].d) + first / 64, rows);
    }
    return many;
}

INLINE void run_chunk(const chunk *k, const primitives *use) {
    const sangao_program *of = k->of;
    for (int32_t at = 0; at < of->steps; at++) {
        const step *s = of->code + at;
        if (s->op == GE32)
            at += limits(k, use, s, of->steps - at) - 1;
        else if (s->op < LOAD)
            plane_step(k, use, s);
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

static void run_base(const chunk *k, const primitives *use) { run_chunk(k, use); }
#ifdef WITH_X86
AVX2 static void run_wide(const chunk *k, const primitives *use) { run_chunk(k, use); }
#endif

/* Rows between the registers of a run: a whole chunk, or, of few rows, as many as they need. */
static int64_t stride_of(int64_t rows) { return rows < CHUNK ? (rows + 511) / 512 * 512 : CHUNK; }

size_t sangao_room(const sangao_program *program, int64_t rows) {
    uint64_t stride = (uint64_t)stride_of(rows < 1 ? 1 : rows);
    uint64_t bytes = (uint64_t)program->planes * (stride / 8) + (uint64_t)program->numbers * (stride * 8) + 64;
    return bytes > SIZE_MAX / 2 ? 0 : (size_t)bytes; /* 0: more than this machine can address */
}

int32_t sangao_run_in(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                      int64_t rows, int32_t most, void *room) {
    if (start < 0 || rows < 0 || start % CHUNK) return -2;
    for (int32_t i = 0; i < program->slots; i++)
        if (slots[i].offset < 0 || (rows && !slots[i].data && program->slot[i] != SLOT_BITS)) return -2;
    uint64_t *planes = (uint64_t *)(void *)(((uintptr_t)room + 63) & ~(uintptr_t)63);
    size_t stride = (size_t)stride_of(rows);
    int64_t *numbers = (int64_t *)(void *)(planes + (size_t)program->planes * (stride / 64));
    chunk k = {program, slots, outs, planes, numbers, stride / 64, stride, start, 0, 0};
    const primitives *use = sangao_primitives(most);
#ifdef WITH_X86
    const int wide = sangao_best() >= 2 && most >= 2;
#endif
    for (int64_t left = rows; left > 0; left -= CHUNK, k.start += CHUNK) {
        k.rows = left < CHUNK ? (int)left : CHUNK;
        k.more = left >= 2 * CHUNK;
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
