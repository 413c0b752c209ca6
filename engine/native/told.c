/* The outputs of a program become answers: engine/run/answers.py in C. */

#include "call.h"

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

void sangao_leave(const call *c, const sangao_answers *to, int64_t start, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        sangao_answer one = answer_of(c, to->decision, i);
        if (to->status) to->status[start + i] = (uint8_t)one.status;
        if (to->value) to->value[start + i] = one.value;
        if (to->at_least) to->at_least[start + i] = one.at_least;
        if (to->at_most) to->at_most[start + i] = one.at_most;
        if (to->possible) to->possible[start + i] = one.possible;
    }
}
