/* What the rooms of one call share: answers.c lays it out, columns.c fills the slots, told.c reads the outputs. */

#ifndef SANGAO_CALL_H
#define SANGAO_CALL_H

#include "pack.h"

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

static inline int get_bit(const void *bits, int64_t at) { return ((const uint8_t *)bits)[at / 8] >> at % 8 & 1; }

/* Writes the slots of one column; returns the first row whose state makes no sense, or -1. A truth or code that is
   none of those declared is as if it had been asked and not known. */
int64_t sangao_enter(call *c, const sangao_column *column, int64_t start, int rows);

/* Writes the slots of one equation: where all of its inputs are given, and it gives something of them. */
void sangao_work_out(const call *c, const equation *of, int64_t start, int rows);

/* Says which values of a column were not used. */
void sangao_keep_out(const call *c, const sangao_column *column, int64_t start, int64_t rows);

/* Writes the answers to one decision. */
void sangao_leave(const call *c, const sangao_answers *to, int64_t start, int64_t rows);

#endif
