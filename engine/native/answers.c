/* Asks a pack: columns of integers become the slots of its program, its outputs become answers, block after block. */

#include <stdlib.h>
#include <string.h>

#include "pack.h"

enum { LEAST = 512, AMPLE = 4 << 20 };

/* One call: a block of rows, the columns behind each input, and memory for all of it in one piece. */
typedef struct {
    const sangao_pack *of;
    const sangao_program *program; /* of the pack, or the part of it that is asked for */
    const sangao_column *column;
    const sangao_answers *answer;
    int32_t given, asked;
    int64_t block; /* rows at a time */
    sangao_slot *slot;
    uint8_t *read; /* per slot: whether the program reads it */
    void **out;
    void *room;
} call;

/* --- memory ------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint8_t *at; /* NULL while only the size is looked for */
    uint64_t used;
} arena;

static void *carve(arena *from, uint64_t size) {
    void *found = from->at ? from->at + from->used : NULL;
    from->used += (size + 63) / 64 * 64;
    return found;
}

static uint64_t item(int32_t kind, uint64_t rows) { /* bytes of a slot */
    return kind == SLOT_BITS ? (rows + 7) / 8 : kind == SLOT_BYTE ? rows : 4 * rows;
}

static uint64_t out_item(int32_t kind, uint64_t rows) { /* bytes of an output */
    return kind == OUT_BITS ? (rows + 7) / 8 : kind == OUT_BYTE ? rows : 8 * rows;
}

static void want(call *c, arena *from, int32_t out) {
    if (out >= 0 && !c->out[out]) c->out[out] = carve(from, out_item(sangao_out_kind(c->of->program, out), (uint64_t)c->block));
}

/* Lays the memory of a call out; with an arena of no memory only its size is found. */
static void lay_out(call *c, arena *from) {
    const sangao_pack *p = c->of;
    uint64_t rows = (uint64_t)c->block;
    uint8_t *nothing = carve(from, 4 * rows); /* an input without a column: blank for everybody */
    c->room = carve(from, sangao_room(p->program, c->block));
    if (from->at) memset(nothing, 0, (size_t)(4 * rows));
    for (int32_t i = 0; from->at && i < p->program->slots; i++) c->slot[i] = (sangao_slot){nothing, 0};
    for (int32_t i = 0; i < c->given; i++) {
        const int32_t *slot = p->feed[c->column[i].input].slot;
        for (int part = PART_VALUE; part <= PART_THERE; part++) {
            int32_t kind = slot[part] < 0 ? -1 : p->program->slot[slot[part]];
            void *data = kind < 0 || kind == SLOT_INT32 ? NULL : carve(from, item(kind, rows));
            if (data) c->slot[slot[part]].data = data;
        }
    }
    for (int32_t i = 0; i < p->equations; i++)
        for (int part = 0; part < 3; part++) {
            int32_t slot = p->equation[i].slot[part];
            void *data = slot < 0 ? NULL : carve(from, item(p->program->slot[slot], rows));
            if (data) c->slot[slot].data = data;
        }
    if (!from->at) { /* at most what is asked, each output once or more */
        for (int32_t i = 0; i < c->asked; i++)
            for (int j = 0; j < 6; j++) {
                int32_t out = p->told[c->answer[i].decision].out[j];
                if (out >= 0) carve(from, out_item(sangao_out_kind(p->program, out), rows));
            }
        carve(from, 2 * ((rows + 7) / 8 + 64) * (uint64_t)c->given);
        return;
    }
    for (int32_t i = 0; i < c->asked; i++)
        for (int j = 0; j < 6; j++) want(c, from, p->told[c->answer[i].decision].out[j]);
    for (int32_t i = 0; i < c->given; i++)
        if (c->column[i].kept_out) {
            want(c, from, p->feed[c->column[i].input].outside);
            want(c, from, p->feed[c->column[i].input].denied);
        }
}

/* --- columns in --------------------------------------------------------------------------------------------------- */

static int get_bit(const void *bits, int64_t at) { return ((const uint8_t *)bits)[at / 8] >> at % 8 & 1; }

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

/* Writes the slots of one column; returns the first row whose state makes no sense, or -1. A truth or code that is
   none of those declared is as if it had been asked and not known. */
static int64_t enter(call *c, const sangao_column *column, int64_t start, int rows) {
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

/* Writes the slots of one equation: where all of its inputs are given, and it gives something of them. */
static void solve(const call *c, const equation *of, int64_t start, int rows) {
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

static void keep_out(const call *c, const sangao_column *column, int64_t start, int64_t rows) {
    const feed *of = c->of->feed + column->input;
    for (int64_t i = 0; column->kept_out && i < rows; i++) {
        if (of->outside >= 0 && get_bit(c->out[of->outside], i)) column->kept_out[start + i] = SANGAO_OUT_OF_RANGE;
        if (of->denied >= 0 && get_bit(c->out[of->denied], i)) column->kept_out[start + i] = SANGAO_CONTRADICTED;
    }
}

/* --- answers out -------------------------------------------------------------------------------------------------- */

static int single(uint64_t mask) { return mask && !(mask & (mask - 1)); }

static int64_t lowest(uint64_t mask) {
    int64_t at = 0;
    for (int by = 32; by; by /= 2)
        if (!(mask & ((UINT64_C(1) << by) - 1))) mask >>= by, at += by;
    return at;
}

static int64_t highest(uint64_t mask) {
    int64_t at = 0;
    for (int by = 32; by; by /= 2)
        if (mask >> by) mask >>= by, at += by;
    return at;
}

static int32_t status_of(int open, int assumed) {
    return !assumed ? SANGAO_UNKNOWN : open ? SANGAO_SETTLED : SANGAO_PROVISIONAL;
}

/* Of possible and taken outcomes. */
static sangao_answer closed_answer(const sangao_decision *of, uint64_t possible, uint64_t taken) {
    uint64_t all = of->outcomes < 64 ? (UINT64_C(1) << of->outcomes) - 1 : UINT64_MAX;
    possible &= all, taken &= all;
    int ends = of->ordered && possible;
    return (sangao_answer){single(taken) ? lowest(taken) : SANGAO_NONE, ends ? lowest(possible) : SANGAO_NONE,
                           ends ? highest(possible) : SANGAO_NONE, possible,
                           status_of(single(possible), single(taken))};
}

static sangao_answer set_answer(const sangao_decision *of, const uint64_t mask[4]) {
    uint64_t all = (UINT64_C(1) << of->outcomes) - 1; /* at most 63 items */
    uint64_t possible = mask[0] & all, taken = mask[1] & all, certain = mask[2] & all, sure = mask[3] & all;
    return (sangao_answer){sure == taken ? (int64_t)sure : SANGAO_NONE, (int64_t)certain, (int64_t)possible, possible,
                           status_of(certain == possible, sure == taken)};
}

static int64_t told_number(const sangao_decision *of, int64_t value) {
    if (of->kind != SANGAO_DATE) return value;
    return value < FIRST_DAY ? SANGAO_NONE : value > LAST_DAY ? LAST_DAY : value; /* the last day there is: never */
}

/* Of the ends of both passes: open low, open high, assumed low, assumed high. */
static sangao_answer ends_answer(const sangao_decision *of, int open, int assumed, const int64_t end[4]) {
    int closed = assumed && end[2] == end[3];
    return (sangao_answer){closed ? told_number(of, end[2]) : SANGAO_NONE, open ? told_number(of, end[0]) : SANGAO_NONE,
                           open ? told_number(of, end[1]) : SANGAO_NONE, 0,
                           status_of(open && end[0] == end[1], closed)};
}

static sangao_answer answer_of(const call *c, int32_t decision, int64_t row) {
    const sangao_decision *of = c->of->decision + decision;
    const int32_t *out = c->of->told[decision].out;
    if (*of->refused) return (sangao_answer){SANGAO_NONE, SANGAO_NONE, SANGAO_NONE, 0, SANGAO_UNKNOWN};
    if (of->kind == SANGAO_NUMBER || of->kind == SANGAO_DATE) {
        int64_t end[4];
        for (int i = 0; i < 4; i++) end[i] = ((const int64_t *)c->out[out[2 + i]])[row];
        return ends_answer(of, get_bit(c->out[out[0]], row), get_bit(c->out[out[1]], row), end);
    }
    uint64_t mask[4] = {0};
    for (int i = 0; i < (of->kind == SANGAO_SET ? 4 : 2); i++) mask[i] = ((const uint64_t *)c->out[out[i]])[row];
    return of->kind == SANGAO_SET ? set_answer(of, mask) : closed_answer(of, mask[0], mask[1]);
}

static void leave(const call *c, const sangao_answers *to, int64_t start, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        sangao_answer one = answer_of(c, to->decision, i);
        if (to->status) to->status[start + i] = (uint8_t)one.status;
        if (to->value) to->value[start + i] = one.value;
        if (to->at_least) to->at_least[start + i] = one.at_least;
        if (to->at_most) to->at_most[start + i] = one.at_most;
        if (to->possible) to->possible[start + i] = one.possible;
    }
}

/* --- a call ------------------------------------------------------------------------------------------------------- */

static int32_t sound(const sangao_pack *p, const sangao_column *columns, int32_t given, const sangao_answers *answers,
                     int32_t asked, int64_t rows, int all, sangao_why *why) {
    if (!p) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "`pack` is NULL");
    if (given < 0 || asked < 0 || rows < 0) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "a number is negative");
    if ((given && !columns) || (asked && !answers)) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "columns or answers are NULL");
    if (given > p->about.inputs) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "more columns than inputs");
    for (int32_t i = 0; i < given; i++) {
        const sangao_input *one = sangao_input_at(p, columns[i].input);
        if (!one) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "column %d: no input %d", (int)i, (int)columns[i].input);
        if (rows && (!columns[i].values || (uintptr_t)columns[i].values % sizeof(int32_t)))
            return sangao_fail(why, SANGAO_BAD_ARGUMENT, "%s: values are NULL or not aligned", one->id);
    }
    for (int32_t i = 0; i < asked; i++) {
        const sangao_decision *one = sangao_decision_at(p, answers[i].decision);
        if (!one) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "no decision %d", (int)answers[i].decision);
        if (*one->refused && !all) return sangao_fail(why, SANGAO_REFUSED, "%s: %s", one->id, one->refused);
    }
    return SANGAO_OK;
}

static int32_t twice(const sangao_pack *p, const sangao_column *columns, int32_t given, sangao_why *why) {
    uint8_t *seen = calloc((size_t)p->about.inputs + 1, 1);
    if (!seen) return sangao_fail(why, SANGAO_NO_MEMORY, NULL);
    int32_t code = SANGAO_OK;
    for (int32_t i = 0; !code && i < given; i++)
        if (seen[columns[i].input]++)
            code = sangao_fail(why, SANGAO_BAD_ARGUMENT, "two columns for %s", p->input[columns[i].input].id);
    free(seen);
    return code;
}

static int32_t work(call *c, int64_t rows, sangao_why *why) {
    for (int64_t start = 0; start < rows; start += c->block) {
        int64_t many = rows - start < c->block ? rows - start : c->block;
        for (int32_t i = 0; i < c->given; i++) {
            int64_t wrong = enter(c, c->column + i, start, (int)many);
            if (wrong >= 0)
                return sangao_fail(why, SANGAO_BAD_ARGUMENT, "%s: row %lld has a state that is none",
                                   c->of->input[c->column[i].input].id, (long long)wrong);
        }
        for (int32_t i = 0; i < c->of->equations; i++) solve(c, c->of->equation + i, start, (int)many);
        if (sangao_run_in(c->program, c->slot, c->out, 0, many, 2, c->room))
            return sangao_fail(why, SANGAO_BAD_ARGUMENT, NULL);
        for (int32_t i = 0; i < c->given; i++) keep_out(c, c->column + i, start, many);
        for (int32_t i = 0; i < c->asked; i++) leave(c, c->answer + i, start, many);
    }
    return SANGAO_OK;
}

static int32_t ask(const sangao_pack *p, const sangao_column *columns, int32_t given, const sangao_answers *answers,
                   int32_t asked, int64_t rows, int all, sangao_why *why) {
    if (why) *why = (sangao_why){0};
    int32_t code = sound(p, columns, given, answers, asked, rows, all, why);
    if (!code) code = twice(p, columns, given, why);
    if (code || !rows) return code;
    call c = {p, p->program, columns, answers, given, asked, rows < CHUNK ? (rows + 63) / 64 * 64 : CHUNK, NULL, NULL, NULL, NULL};
    arena size = {NULL, 0};
    for (;; c.block /= 2) { /* many decisions at once: fewer rows at a time, so that all of it stays near */
        size.used = 64;
        lay_out(&c, &size);
        if (size.used <= AMPLE || c.block <= LEAST) break;
    }
    c.slot = calloc((size_t)p->program->slots + 1, sizeof *c.slot);
    c.read = calloc((size_t)p->program->slots + 1, 1);
    c.out = calloc((size_t)p->program->outs + 1, sizeof *c.out);
    uint8_t *memory = size.used < SIZE_MAX && sangao_room(p->program, c.block) ? malloc((size_t)size.used) : NULL;
    if (!c.slot || !c.read || !c.out || !memory) {
        code = sangao_fail(why, SANGAO_NO_MEMORY, NULL);
    } else {
        arena from = {memory, (64 - (uintptr_t)memory % 64) % 64};
        lay_out(&c, &from);
        int worth = rows >= LEAST || asked < p->about.decisions / 8; /* of a few rows of much it is not */
        sangao_program *part = worth ? sangao_part(p->program, c.out) : NULL;
        if (part) c.program = part;
        for (int32_t i = 0; i < c.program->steps; i++) {
            const step *one = c.program->code + i;
            if (one->op == BITS || one->op == GE32 || one->op == EQ8 || one->op == LOAD) c.read[one->a] = 1;
        }
        code = work(&c, rows, why);
        sangao_close(part);
    }
    free(memory);
    free(c.slot);
    free(c.read);
    free(c.out);
    return code;
}

int32_t sangao_stratify(const sangao_pack *pack, const sangao_column *columns, int32_t given,
                        const sangao_answers *answers, int32_t asked, int64_t rows, sangao_why *why) {
    return ask(pack, columns, given, answers, asked, rows, 0, why);
}

int32_t sangao_decide(const sangao_pack *pack, const int32_t *values, const uint8_t *states, const int32_t *asked,
                      int32_t many, sangao_answer *answers, uint8_t *kept_out, sangao_why *why) {
    if (why) *why = (sangao_why){0};
    if (!pack || !values || !states) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "`pack`, `values` or `states` is NULL");
    if (!asked) many = pack->about.decisions;
    if (many < 0 || (many && !answers)) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "`answers` is NULL or `many` is negative");
    int32_t inputs = pack->about.inputs;
    sangao_column *columns = calloc((size_t)inputs + 1, sizeof *columns);
    sangao_answers *to = calloc((size_t)many + 1, sizeof *to);
    uint8_t *status = calloc((size_t)many + 1, 1);
    int32_t code = columns && to && status ? SANGAO_OK : sangao_fail(why, SANGAO_NO_MEMORY, NULL);
    for (int32_t i = 0; !code && i < inputs; i++)
        columns[i] = (sangao_column){i, values + i, states + i, kept_out ? kept_out + i : NULL};
    for (int32_t i = 0; !code && i < many; i++)
        to[i] = (sangao_answers){asked ? asked[i] : i,          status + i,           &answers[i].value,
                                 &answers[i].at_least, &answers[i].at_most, &answers[i].possible};
    if (!code) code = ask(pack, columns, inputs, to, many, 1, !asked, why);
    for (int32_t i = 0; !code && i < many; i++) answers[i].status = status[i];
    free(columns);
    free(to);
    free(status);
    return code;
}
