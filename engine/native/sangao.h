/* libsangao: a pack of sangao in C, for hosts without Python. The only header a host needs; docs/libsangao.md has the
   whole story.

   A pack is read from a `.sangao` file made by `sangao build`. Opening it executes nothing: its program is verified
   first, and can neither read nor write outside the buffers it is given. A pack is immutable; any number of threads may
   ask it at once. There is no global state. Every call that can fail returns a sangao_code and, where `why` is not
   NULL, says in words what is wrong; on an error nothing of what a caller gets back means anything.

   Values are integers. A number counts steps: 152 mmHg in steps of 1/100 is 15200. A code or a truth is its place in
   the declared order (false 0, true 1), a date an ordinal day (`sangao_day`). A blank is not 0: it is said to be blank. */

#ifndef SANGAO_H
#define SANGAO_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(SANGAO_BUILD)
#define SANGAO_API __declspec(dllexport)
#elif defined(_WIN32)
#define SANGAO_API __declspec(dllimport)
#elif defined(__GNUC__)
#define SANGAO_API __attribute__((visibility("default")))
#else
#define SANGAO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* --- errors ------------------------------------------------------------------------------------------------------ */

typedef enum {
    SANGAO_OK = 0,
    SANGAO_UNREADABLE = 1, /* the file cannot be opened or read */
    SANGAO_NOT_A_PACK = 2, /* not a .sangao file */
    SANGAO_NEWER = 3,      /* written by a newer sangao than this library */
    SANGAO_DAMAGED = 4,    /* changed since it was written, or not written by sangao */
    SANGAO_NO_PROGRAM = 5, /* a pack without a program: write it again with `sangao build` */
    SANGAO_NO_MEMORY = 6,
    SANGAO_BAD_ARGUMENT = 7,
    SANGAO_REFUSED = 8, /* a decision that the program does not hold: `refused` of the decision says why */
    SANGAO_OLDER = 9    /* written by an older sangao, and not safe to answer by any more: build it again */
} sangao_code;

typedef struct {
    int32_t code;
    char text[252]; /* English, UTF-8 */
} sangao_why;

/* What a code means, in a few words; never NULL. */
SANGAO_API const char *sangao_code_text(int32_t code);

/* --- a pack ------------------------------------------------------------------------------------------------------ */

typedef struct sangao_pack sangao_pack;

/* Opens a file, or its bytes in memory, which are copied. `pack` is NULL after an error. */
SANGAO_API int32_t sangao_pack_open(const char *path, sangao_pack **pack, sangao_why *why);
SANGAO_API int32_t sangao_pack_read(const void *bytes, size_t size, sangao_pack **pack, sangao_why *why);
SANGAO_API void sangao_pack_close(sangao_pack *pack); /* NULL is fine */

/* All texts are UTF-8, never NULL, and live as long as the pack. */
typedef struct {
    const char *id, *edition, *hash; /* what an answer has to be kept with, so that it can be argued later */
    const char *zh, *en;
    const char *from, *until; /* ISO days the edition is meant for, "" where it is open */
    int32_t inputs, decisions;
} sangao_about;

SANGAO_API int32_t sangao_pack_about(const sangao_pack *pack, sangao_about *about);

typedef enum { SANGAO_BOOL, SANGAO_CODED, SANGAO_NUMBER, SANGAO_DATE, SANGAO_SET } sangao_kind;

typedef enum {
    SANGAO_FACT,      /* a fact of the day: a measurement, a condition, a drug */
    SANGAO_LIST,      /* a list of the host: blank: not delivered; 0: delivered; 1: complete too; UNSURE: in part not read */
    SANGAO_TODAY,     /* the day judged by */
    SANGAO_WINDOW     /* something over dated readings; blank: worked out from the facts of this day */
} sangao_origin;

typedef struct {
    const char *id, *zh, *en;
} sangao_name;

/* One thing to be given. */
typedef struct {
    const char *id, *zh, *en;
    const char *unit;
    const char *list;    /* of a truth: the list whose delivery lets a blank be assumed false, or "" */
    const char *formula; /* "bmi@1(weight, height)": works the fact out while it is blank and those are given */
    int32_t kind, origin;
    int32_t alone;                 /* this day cannot tell it, or not by that formula: unknown unless it is given */
    int32_t step_over, step_under; /* one step is step_over / step_under of the unit */
    int32_t low, high;             /* what lies outside is kept out */
    int32_t codes;
    const sangao_name *code; /* in declared order */
} sangao_input;

/* One question. */
typedef struct {
    const char *id, *zh, *en;
    const char *unit;
    const char *refused; /* "": it can be asked; else why not */
    int32_t kind, ordered;
    int32_t step_over, step_under;
    int32_t outcomes;
    const sangao_name *outcome; /* in declared order: the least first where `ordered`; of a set its items */
} sangao_decision;

SANGAO_API const sangao_input *sangao_input_at(const sangao_pack *pack, int32_t at);          /* NULL: none there */
SANGAO_API const sangao_decision *sangao_decision_at(const sangao_pack *pack, int32_t at);    /* NULL: none there */
SANGAO_API int32_t sangao_input_find(const sangao_pack *pack, const char *id);                /* -1: none */
SANGAO_API int32_t sangao_decision_find(const sangao_pack *pack, const char *id);             /* -1: none */

/* --- asking ------------------------------------------------------------------------------------------------------ */

/* What is known of an input. UNSURE: it was asked, or sent, and cannot be told; then nothing is assumed in its place. */
enum { SANGAO_BLANK = 0, SANGAO_GIVEN = 1, SANGAO_UNSURE = 2 };

/* Why something given was kept out; it stays unknown then. */
enum { SANGAO_TAKEN = 0, SANGAO_OUT_OF_RANGE = 1, SANGAO_CONTRADICTED = 2 };

/* SETTLED: whatever is still blank, this is the answer. PROVISIONAL: so where what a delivered list does not name is
   absent. UNKNOWN: several answers are still possible, and none of them may be taken for the answer. */
enum { SANGAO_SETTLED = 0, SANGAO_PROVISIONAL = 1, SANGAO_UNKNOWN = 2 };

#define SANGAO_NONE INT64_MIN /* there is no such value */

/* `value`: the place of an outcome, steps of a number, an ordinal day, the mask of a set; NONE while UNKNOWN.
   `at_least`, `at_most`: the ends of what is possible (of a set: what certainly and what possibly belongs), NONE where
   the outcomes have no order. `possible`: bit i: outcome i is possible; of a set: item i; of a number: 0. */
typedef struct {
    int64_t value, at_least, at_most;
    uint64_t possible;
    int32_t status;
} sangao_answer;

/* One patient. `values` and `states` (BLANK, GIVEN, UNSURE) hold one item per input. Asked are `many` decisions, or
   all of the pack, in order, where `asked` is NULL (then a refused one is UNKNOWN); one answer each.
   `kept_out` (one byte per input) may be NULL. */
SANGAO_API int32_t sangao_decide(const sangao_pack *pack, const int32_t *values, const uint8_t *states,
                                 const int32_t *asked, int32_t many, sangao_answer *answers, uint8_t *kept_out,
                                 sangao_why *why);

/* A column of patients. `states` NULL: all given. An input without a column is blank for everybody. */
typedef struct {
    int32_t input;
    const int32_t *values;
    const uint8_t *states;
    uint8_t *kept_out; /* written; may be NULL */
} sangao_column;

/* The answers to one decision, a value per patient each; what is NULL is not written. */
typedef struct {
    int32_t decision;
    uint8_t *status;
    int64_t *value, *at_least, *at_most;
    uint64_t *possible;
} sangao_answers;

/* Many patients. Memory beyond what the caller holds does not grow with `rows`; several threads may each take a part. */
SANGAO_API int32_t sangao_stratify(const sangao_pack *pack, const sangao_column *columns, int32_t given,
                                   const sangao_answers *answers, int32_t asked, int64_t rows, sangao_why *why);

/* --- days -------------------------------------------------------------------------------------------------------- */

/* The ordinal of a day (0001-01-01 is 1), 0 for what is no day. */
SANGAO_API int32_t sangao_day(int32_t year, int32_t month, int32_t day);

/* Completed years of life on a day; who was born on 29 February has birthdays on 1 March. -1 before birth. */
SANGAO_API int32_t sangao_years(int32_t born, int32_t on);

#ifdef __cplusplus
}
#endif
#endif
