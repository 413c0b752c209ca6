/* What the two rooms of libsangao share: library.c reads a pack, answers.c asks it. */

#ifndef SANGAO_PACK_H
#define SANGAO_PACK_H

#include "inside.h"
#include "sangao.h"

enum { PART_VALUE, PART_VALID, PART_THERE };

/* What of the program belongs to an input: its slots and its outputs (-1: none). */
typedef struct {
    int32_t slot[3], outside, denied;
} feed;

/* The outputs of a decision, as engine/run/library.py lists them per kind. */
typedef struct {
    int32_t out[6];
} told;

struct sangao_pack {
    sangao_about about;
    sangao_program *program;
    sangao_input *input;
    sangao_decision *decision;
    feed *feed;
    told *told;
    sangao_name *name;
    char *text;
    char hash[65];
};

void sangao_sha256(const uint8_t *data, size_t size, uint8_t digest[32]);

/* Notes a code and its words, and returns the code. */
int32_t sangao_fail(sangao_why *why, int32_t code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#endif
