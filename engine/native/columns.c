/* Columns of integers become the slots of a program. */

#include <string.h>

#include "call.h"

typedef uint64_t plane[CHUNK / 64];

static void store(const uint64_t *words, void *to, int rows) { /* a bitmap has its first row in the lowest bit */
    uint8_t *out = to;
    for (int i = 0; to && i < (rows + 7) / 8; i++) out[i] = (uint8_t)(words[i / 8] >> 8 * (i % 8));
}

static void *slot_of(const call *c, int32_t slot) { return slot < 0 ? NULL : (void *)(uintptr_t)c->slot[slot].data; }

static int reads(const call *c, const int32_t slot[3]) {
    for (int i = 0; i < 3; i++)
        if (slot[i] >= 0 && c->read[slot[i]]) return 1;
    return 0;
}

int64_t sangao_enter(call *c, const sangao_column *column, int64_t start, int rows) {
    const primitives *use = sangao_primitives(2);
    const sangao_input *one = c->of->input + column->input;
    const int32_t *slot = c->of->feed[column->input].slot, *values = column->values + start;
    const uint8_t *states = column->states ? column->states + start : NULL;
    const int words = (rows + 63) / 64;
    plane valid, there, strange;
    memset(valid, 255, (size_t)words * 8);
    memset(there, 255, (size_t)words * 8);
    if (states) {
        int wrong = 0;
        for (int i = 0; i < rows; i++) wrong |= states[i] > SANGAO_UNSURE;
        for (int i = 0; wrong && i < rows; i++)
            if (states[i] > SANGAO_UNSURE) return start + i;
    }
    if (!reads(c, slot) && !column->kept_out) return -1;
    if (states) {
        use->eq8(states, SANGAO_GIVEN, valid, rows);
        use->eq8(states, SANGAO_BLANK, there, rows);
        for (int i = 0; i < words; i++) there[i] = ~there[i];
    }
    if (column->kept_out) memset(column->kept_out + start, SANGAO_TAKEN, (size_t)rows);
    if (!one->codes) {
        if (slot[PART_VALUE] >= 0) c->slot[slot[PART_VALUE]].data = values;
    } else {
        plane negative;
        use->ge32(values, one->codes, strange, rows);
        use->ge32(values, 0, negative, rows);
        for (int i = 0; i < words; i++) strange[i] = (strange[i] | ~negative[i]) & valid[i], valid[i] &= ~strange[i];
        for (int i = 0; column->kept_out && i < rows; i++)
            if (strange[i / 64] >> i % 64 & 1) column->kept_out[start + i] = SANGAO_OUT_OF_RANGE;
        void *to = slot_of(c, slot[PART_VALUE]);
        if (one->kind == SANGAO_CODED)
            for (int i = 0; to && i < rows; i++) ((uint8_t *)to)[i] = (uint8_t)values[i];
        else
            use->ge32(values, 1, strange, rows), store(strange, to, rows);
    }
    store(valid, slot_of(c, slot[PART_VALID]), rows);
    store(there, slot_of(c, slot[PART_THERE]), rows);
    return -1;
}

void sangao_work_out(const call *c, const equation *of, int64_t start, int rows) {
    const sangao_column *column[3] = {NULL, NULL, NULL};
    int32_t *low = slot_of(c, of->slot[0]), *high = slot_of(c, of->slot[1]);
    plane found;
    memset(found, 0, sizeof found);
    int there = reads(c, of->slot);
    for (int i = 0; there && i < 3; i++) {
        for (int32_t j = 0; j < c->given; j++)
            if (c->column[j].input == of->input[i]) column[i] = c->column + j;
        there = of->input[i] < 0 || column[i];
    }
    for (int row = 0; there && row < rows; row++) {
        int32_t value[3] = {0, 0, 0}, least = 0, most = 0;
        int known = 1;
        for (int i = 0; known && i < 3; i++) {
            if (of->input[i] < 0) continue;
            known = !column[i]->states || column[i]->states[start + row] == SANGAO_GIVEN;
            value[i] = column[i]->values[start + row];
        }
        if (known && sangao_solve(of, c->of->input, value, &least, &most)) found[row / 64] |= UINT64_C(1) << row % 64;
        if (low) low[row] = least;
        if (high) high[row] = most;
    }
    store(found, slot_of(c, of->slot[2]), rows);
}

void sangao_keep_out(const call *c, const sangao_column *column, int64_t start, int64_t rows) {
    const feed *of = c->of->feed + column->input;
    for (int64_t i = 0; column->kept_out && i < rows; i++) {
        if (of->outside >= 0 && get_bit(c->out[of->outside], i)) column->kept_out[start + i] = SANGAO_OUT_OF_RANGE;
        if (of->denied >= 0 && get_bit(c->out[of->denied], i)) column->kept_out[start + i] = SANGAO_CONTRADICTED;
    }
}
