/* Reading and verifying a program: whatever could read or write where it should not, or overflow, is rejected. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"

static int32_t i32(const uint8_t *at) {
    uint32_t bits = u32(at);
    int32_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int64_t i64(const uint8_t *at) {
    uint64_t bits = (uint64_t)u32(at) | (uint64_t)u32(at + 4) << 32;
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const int64_t LARGEST = (int64_t)1 << 62;

typedef struct {
    const sangao_program *of;
    uint8_t *written, *given;
    int64_t *bound; /* largest absolute value of a number; -1: not written yet */
} checker;

static int plane_read(const checker *k, int32_t at) { return at >= 0 && at < k->of->planes && k->written[at]; }
static int number_read(const checker *k, int32_t at) { return at >= 0 && at < k->of->numbers && k->bound[at] >= 0; }
static int constant_read(const checker *k, int32_t at) { return at >= 0 && at < k->of->constants; }
static int slot_read(const checker *k, int32_t at, int32_t kind) {
    return at >= 0 && at < k->of->slots && k->of->slot[at] == kind;
}
static int64_t size_of(int64_t value) { return value < 0 ? -value : value; }

static int list_read(const checker *k, int32_t first, int32_t size, int width) {
    return first >= 0 && size >= 0 && (int64_t)first + (int64_t)width * size <= k->of->lists;
}

/* The bound of a number that an operation makes, or -1. */
static int64_t bound_of(const checker *k, const step *s) {
    const sangao_program *of = k->of;
    switch (s->op) {
    case LOAD:
        return slot_read(k, s->a, SLOT_INT32) ? (int64_t)1 << 31 : -1;
    case CONST:
        return constant_read(k, s->a) ? size_of(of->constant[s->a]) : -1;
    case ADD:
        if (!number_read(k, s->a) || !number_read(k, s->b)) return -1;
        return k->bound[s->a] + k->bound[s->b] < LARGEST ? k->bound[s->a] + k->bound[s->b] : -1;
    case MUL: {
        if (!number_read(k, s->a) || !constant_read(k, s->b)) return -1;
        int64_t by = size_of(of->constant[s->b]), bound = k->bound[s->a];
        if (by && bound > (LARGEST - 1) / by) return -1;
        return bound * by;
    }
    case MIN:
    case MAX:
        if (!number_read(k, s->a) || !number_read(k, s->b)) return -1;
        return k->bound[s->a] > k->bound[s->b] ? k->bound[s->a] : k->bound[s->b];
    case SEL:
        if (!plane_read(k, s->a) || !number_read(k, s->b) || !number_read(k, s->c)) return -1;
        return k->bound[s->b] > k->bound[s->c] ? k->bound[s->b] : k->bound[s->c];
    default: {
        if (!list_read(k, s->a, s->b, 2) || !constant_read(k, s->c)) return -1;
        int64_t total = size_of(of->constant[s->c]);
        for (int32_t i = 0; i < s->b; i++) {
            int32_t plane = of->list[s->a + 2 * i], weight = of->list[s->a + 2 * i + 1];
            if (!plane_read(k, plane) || !constant_read(k, weight)) return -1;
            total += size_of(of->constant[weight]);
            if (total >= LARGEST) return -1;
        }
        return total;
    }
    }
}

static const char *check_output(const checker *k, const step *s) {
    const sangao_program *of = k->of;
    if (s->d < 0 || s->d >= of->outs) return "output";
    if (k->given[s->d]) return "an output is written twice";
    k->given[s->d] = 1;
    int32_t kind = of->out[s->d];
    if (s->op == OUT) return kind == OUT_BITS && plane_read(k, s->a) ? NULL : "output";
    if (s->op == OUTN) return kind == OUT_NUMBER && number_read(k, s->a) ? NULL : "output";
    if (!(kind == OUT_BYTE && s->b <= 8) && !(kind == OUT_MASK && s->b <= 64)) return "output";
    if (!list_read(k, s->a, s->b, 1)) return "list";
    for (int32_t i = 0; i < s->b; i++)
        if (!plane_read(k, of->list[s->a + i])) return "a plane is read before it is written";
    return NULL;
}

static const char *check_step(const checker *k, const step *s) {
    const sangao_program *of = k->of;
    int fine;
    switch (s->op) {
    case ZERO:
    case ONE:
        fine = 1;
        break;
    case AND:
    case ANDN:
    case NOR:
        fine = plane_read(k, s->a) && plane_read(k, s->b);
        break;
    case NOT:
        fine = plane_read(k, s->a);
        break;
    case BITS:
        fine = slot_read(k, s->a, SLOT_BITS);
        break;
    case GE32: /* what an int16 cannot hold stands there as the nearer end: the lower one is no limit */
        fine = constant_read(k, s->b) && (slot_read(k, s->a, SLOT_INT32)
                                              ? of->constant[s->b] >= INT32_MIN && of->constant[s->b] <= INT32_MAX
                                              : slot_read(k, s->a, SLOT_INT16) && of->constant[s->b] > INT16_MIN &&
                                                    of->constant[s->b] <= INT16_MAX);
        break;
    case EQ8:
        fine = slot_read(k, s->a, SLOT_BYTE) && s->b >= 0 && s->b < 256;
        break;
    case GEC:
        fine = number_read(k, s->a) && constant_read(k, s->b);
        break;
    case GE:
        fine = number_read(k, s->a) && number_read(k, s->b);
        break;
    case OUT:
    case PACK:
    case OUTN:
        return check_output(k, s);
    case LOAD:
    case CONST:
    case ADD:
    case MUL:
    case MIN:
    case MAX:
    case SEL:
    case SUM: {
        int64_t bound = bound_of(k, s);
        if (bound < 0) return "a number is not there or could overflow";
        if (s->d < 0 || s->d >= of->numbers) return "index";
        k->bound[s->d] = bound;
        return NULL;
    }
    default:
        return "operation";
    }
    if (!fine) return "operand";
    if (s->d < 0 || s->d >= of->planes) return "index";
    k->written[s->d] = 1;
    return NULL;
}

static const char *check(const sangao_program *of) {
    for (int32_t i = 0; i < of->slots; i++)
        if (of->slot[i] < SLOT_BITS || of->slot[i] > SLOT_INT16) return "kind";
    for (int32_t i = 0; i < of->outs; i++)
        if (of->out[i] < OUT_BITS || of->out[i] > OUT_NUMBER) return "kind";
    for (int32_t i = 0; i < of->constants; i++)
        if (of->constant[i] <= -LARGEST || of->constant[i] >= LARGEST) return "constant";
    checker k = {of, calloc((size_t)of->planes + 1, 1), calloc((size_t)of->outs + 1, 1),
                 malloc(sizeof(int64_t) * ((size_t)of->numbers + 1))};
    const char *why = k.written && k.given && k.bound ? NULL : "no memory";
    for (int32_t i = 0; !why && i < of->numbers; i++) k.bound[i] = -1;
    for (int32_t i = 0; !why && i < of->steps; i++) why = check_step(&k, of->code + i);
    for (int32_t i = 0; !why && i < of->outs; i++)
        if (!k.given[i]) why = "an output is never written";
    free(k.written);
    free(k.given);
    free(k.bound);
    return why;
}

static sangao_program *parse(const uint8_t *bytes, size_t size, const char **why) {
    *why = "head";
    if (size < HEAD || memcmp(bytes, "SANGFLAT", 8) != 0 || u32(bytes + 32) != 0) return NULL;
    uint32_t version = u32(bytes + 8); /* 1: without 16-bit slots */
    if (version != 1 && version != 2) return NULL;
    uint32_t n[7]; /* slots outs planes numbers constants lists code */
    for (int i = 0; i < 5; i++) n[i] = u32(bytes + 12 + 4 * i);
    n[5] = u32(bytes + 36), n[6] = u32(bytes + 40);
    *why = "size";
    for (int i = 0; i < 5; i++)
        if (n[i] > MOST) return NULL;
    if (n[5] > 64u * MOST || n[6] > 64u * MOST || n[6] % 5) return NULL;
    *why = "length";
    size_t words = (size_t)n[0] + n[1] + n[5] + n[6];
    if (size != HEAD + 8 * (size_t)n[4] + 4 * words) return NULL;
    *why = "no memory";
    sangao_program *p = malloc(sizeof *p + 8 * (size_t)n[4] + 4 * words + 16);
    if (!p) return NULL;
    int64_t *constant = (int64_t *)(void *)(((uintptr_t)(p + 1) + 7) & ~(uintptr_t)7);
    int32_t *rest = (int32_t *)(void *)(constant + n[4]);
    const uint8_t *at = bytes + HEAD;
    for (uint32_t i = 0; i < n[4]; i++, at += 8) constant[i] = i64(at);
    for (size_t i = 0; i < words; i++, at += 4) rest[i] = i32(at);
    *p = (sangao_program){(int32_t)n[0], (int32_t)n[1], (int32_t)n[2],        (int32_t)n[3],
                          (int32_t)n[4], (int32_t)n[5], (int32_t)(n[6] / 5),  constant,
                          rest,          rest + n[0],   rest + n[0] + n[1],
                          (const step *)(const void *)(rest + n[0] + n[1] + n[5]), NULL};
    *why = check(p);
    for (int32_t i = 0; version == 1 && i < p->slots; i++)
        if (p->slot[i] == SLOT_INT16) *why = "kind";
    if (!*why && !(p->how = sangao_plan(p))) *why = "no memory";
    if (*why) {
        free(p);
        return NULL;
    }
    return p;
}

sangao_program *sangao_open(const uint8_t *bytes, size_t size, char *why, size_t room) {
    const char *reason = NULL;
    sangao_program *found = parse(bytes, size, &reason);
    if (room) snprintf(why, room, "%s", found ? "" : reason);
    return found;
}

void sangao_close(sangao_program *program) {
    if (program) free(program->how);
    free(program);
}

int32_t sangao_slots(const sangao_program *p) { return p->slots; }
int32_t sangao_outs(const sangao_program *p) { return p->outs; }
int32_t sangao_slot_kind(const sangao_program *p, int32_t at) { return at >= 0 && at < p->slots ? p->slot[at] : -1; }
int32_t sangao_out_kind(const sangao_program *p, int32_t at) { return at >= 0 && at < p->outs ? p->out[at] : -1; }
int32_t sangao_chunk(void) { return CHUNK; }
