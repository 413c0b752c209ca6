/* What the rooms of libsangao share: library.c and section.c read a pack, answers.c asks it. */

#ifndef SANGAO_PACK_H
#define SANGAO_PACK_H

#include "inside.h"
#include "sangao.h"

enum { FIRST_DAY = 1, LAST_DAY = 3652059 };
enum { PART_VALUE, PART_VALID, PART_THERE, PART_LOW, PART_HIGH, PART_FOUND };

/* What of the program belongs to an input: its slots and its outputs (-1: none). */
typedef struct {
    int32_t slot[3], outside, denied;
} feed;

/* The outputs of a decision, as engine/run/library.py lists them per kind. */
typedef struct {
    int32_t out[6];
} told;

/* An equation over inputs (-1: none), as engine/run/solvable.py has it; its slots. */
typedef struct {
    int32_t kind, input[3], powers[3], whole, female;
    int64_t over, under;
    int32_t reach[3][2], low, high;
    int32_t slot[3];
} equation;

struct sangao_pack {
    sangao_about about;
    sangao_program *program;
    sangao_input *input;
    sangao_decision *decision;
    feed *feed;
    told *told;
    equation *equation;
    int32_t equations;
    sangao_name *name;
    char *text;
    char hash[65];
};

/* The pack of a section, made from a meaning of this hash. */
int32_t sangao_section(const uint8_t *at, size_t size, const uint8_t *meaning, sangao_pack **pack, sangao_why *why);

void sangao_sha256(const uint8_t *data, size_t size, uint8_t digest[32]);

/* The day that lies so many months and days, none of them negative, after another (`at_year_end`: after the end of its
   year), at most the last there is. */
int32_t sangao_due(int32_t from, int32_t months, int32_t days, int at_year_end);

/* What an equation gives of three values (those without an input are not looked at); 0 where it gives nothing. */
int sangao_solve(const equation *of, const sangao_input *input, const int32_t value[3], int32_t *low, int32_t *high);

/* Notes a code and its words, and returns the code. */
int32_t sangao_fail(sangao_why *why, int32_t code, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 3, 4)))
#endif
    ;

#endif
