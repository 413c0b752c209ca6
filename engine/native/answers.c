/* Asks a pack, block after block: columns in, the program, answers out. */

#include <stdlib.h>
#include <string.h>

#include "call.h"

enum { LEAST = 512, AMPLE = 4 << 20 };

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
            int64_t wrong = sangao_enter(c, c->column + i, start, (int)many);
            if (wrong >= 0)
                return sangao_fail(why, SANGAO_BAD_ARGUMENT, "%s: row %lld has a state that is none",
                                   c->of->input[c->column[i].input].id, (long long)wrong);
        }
        for (int32_t i = 0; i < c->of->equations; i++) sangao_work_out(c, c->of->equation + i, start, (int)many);
        if (sangao_run_in(c->program, c->slot, c->out, 0, many, 2, c->room))
            return sangao_fail(why, SANGAO_BAD_ARGUMENT, NULL);
        for (int32_t i = 0; i < c->given; i++) sangao_keep_out(c, c->column + i, start, many);
        for (int32_t i = 0; i < c->asked; i++) sangao_leave(c, c->answer + i, start, many);
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
