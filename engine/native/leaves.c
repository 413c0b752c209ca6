/* What comes in becomes planes: limits of numbers, codes, bitmaps. A bitmap that begins at a byte is read where it lies. */

#include <string.h>

#include "inside.h"

/* Bits [first, first + rows) of a bitmap, read byte by byte at its end: nothing beyond the last bit's byte is touched. */
static void load_bits(const uint8_t *data, int64_t first, uint64_t *out, int rows) {
    const uint8_t *at = data + first / 8;
    int shift = (int)(first % 8), whole = rows / 64, left = rows % 64;
    for (int w = 0; w < whole; w++, at += 8) {
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

/* Asks for the first lines of each page that comes: a processor reads ahead by itself, but not across pages. */
static void ask(const uint8_t *at, size_t size) {
    for (size_t page = 0; page < size; page += 4096)
        for (size_t line = 0; line < 512; line += 64) FETCH(at + page + line);
}

/* All limits that follow one another on one slot, in blocks that stay near: each number comes from memory once.
   Returns how many leaves that were. */
static int32_t limits(const chunk *k, const primitives *use, const step *s, int32_t left, uint64_t *d) {
    const sangao_slot *slot = k->slots + s->a;
    const int64_t at = slot->offset + k->start;
    const int narrow = k->of->slot[s->a] == SLOT_INT16;
    const size_t item = narrow ? sizeof(int16_t) : sizeof(int32_t);
    int32_t many = 1;
    while (many < left && s[many].op == GE32 && s[many].a == s->a) many++;
    for (int first = 0; first < k->rows; first += NEAR) {
        int rows = k->rows - first < NEAR ? k->rows - first : NEAR;
        if (k->rows - first >= 2 * NEAR) ask((const uint8_t *)slot->data + item * (size_t)(at + first + NEAR), item * NEAR);
        for (int32_t i = 0; i < many; i++) {
            const int32_t limit = (int32_t)k->of->constant[s[i].b];
            uint64_t *to = d + (size_t)i * k->words + first / 64;
            if (narrow)
                use->ge16((const int16_t *)slot->data + at + first, limit, to, rows);
            else
                use->ge32((const int32_t *)slot->data + at + first, limit, to, rows);
        }
    }
    return many;
}

void sangao_leaves(const chunk *k, const primitives *use) {
    const plan *how = k->of->how;
    uint8_t **plane = k->plane + k->of->planes;
    for (int32_t at = 0; at < how->leaves; at++) {
        const step *s = how->leaf + at;
        const sangao_slot *slot = k->slots + s->a;
        const int64_t first = slot->offset + k->start;
        uint64_t *d = k->leaves + (size_t)at * k->words;
        plane[at] = (uint8_t *)d;
        if (s->op == GE32) {
            int32_t many = limits(k, use, s, how->leaves - at, d);
            for (; --many; at++) plane[at + 1] = plane[at] + k->words * 8;
        } else if (s->op == EQ8) {
            use->eq8((const uint8_t *)slot->data + first, (uint8_t)s->b, d, k->rows);
        } else if (!slot->data) {
            memset(d, 255, ((size_t)k->rows + 63) / 64 * 8);
        } else if (LITTLE && first % 8 == 0 && k->rows == CHUNK) { /* whole words: nothing beyond its end is read */
            plane[at] = (uint8_t *)(uintptr_t)slot->data + first / 8;
        } else {
            load_bits(slot->data, first, d, k->rows);
        }
    }
}
