/* Opens a pack, lists what it asks and answers, and checks recorded cases: libsangao in about a page.

   usage: cases PACK.sangao CASES.tsv   (examples/recorded/ has the cases; `make` here builds and runs all of it)
   Exit 0: every case is answered as recorded; 1: one is not; 2: a file or the pack cannot be read. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sangao.h"

static const char *const STATUS[] = {"settled", "provisional", "unknown"};

/* What a mask of outcomes is called: `a|b`. */
static void items(const sangao_decision *of, uint64_t mask, char *to, size_t room) {
    size_t used = 0;
    to[0] = 0;
    for (int32_t i = 0; i < of->outcomes; i++)
        if (mask >> i & 1 && used < room)
            used += (size_t)snprintf(to + used, room - used, "%s%s", used ? "|" : "", of->outcome[i].id);
}

/* A value as the host shows it: the code of an outcome, the steps of a number, the items of a set. */
static void worded(const sangao_decision *of, int64_t value, char *to, size_t room) {
    if (value == SANGAO_NONE)
        snprintf(to, room, "-");
    else if (of->kind == SANGAO_SET)
        items(of, (uint64_t)value, to, room);
    else if (of->kind == SANGAO_BOOL || of->kind == SANGAO_CODED)
        snprintf(to, room, "%s", of->outcome[value].id);
    else
        snprintf(to, room, "%" PRId64, value);
}

/* One line `ask`: the answer in the words of the file. */
static void line(const sangao_decision *of, const sangao_answer *answer, char *to, size_t room) {
    char value[1024], low[1024], high[1024], possible[2048];
    worded(of, answer->value, value, sizeof value);
    worded(of, answer->at_least, low, sizeof low);
    worded(of, answer->at_most, high, sizeof high);
    if (of->kind == SANGAO_NUMBER || of->kind == SANGAO_DATE)
        snprintf(possible, sizeof possible, "-");
    else
        items(of, answer->possible, possible, sizeof possible);
    snprintf(to, room, "ask\t%s\t%s\t%s\t%s\t%s\t%s", of->id, STATUS[answer->status], value, low, high, possible);
}

static void list(const sangao_pack *pack) {
    sangao_about about;
    sangao_pack_about(pack, &about);
    printf("%s (%s), edition %s, hash %.12s: %d inputs, %d decisions\n", about.zh, about.id, about.edition, about.hash,
           (int)about.inputs, (int)about.decisions);
    for (int32_t i = 0; i < 3 && i < about.inputs; i++) {
        const sangao_input *one = sangao_input_at(pack, i);
        printf("  input    %s %s, steps of %d/%d %s, %d to %d\n", one->id, one->zh, (int)one->step_over,
               (int)one->step_under, one->unit, (int)one->low, (int)one->high);
    }
    for (int32_t i = 0; i < 3 && i < about.decisions; i++) {
        const sangao_decision *one = sangao_decision_at(pack, i);
        printf("  decision %s %s, %d outcomes%s%s\n", one->id, one->zh, (int)one->outcomes,
               *one->refused ? ", refused: " : "", one->refused);
    }
}

/* A township in columns: what nobody measured is blank, and every tenth diastolic pressure is. Returns 0 when a patient
   of the block is answered as the same patient alone. */
static int township(const sangao_pack *pack, int32_t inputs) {
    enum { PEOPLE = 10000 };
    static int32_t sbp[PEOPLE], dbp[PEOPLE];
    static uint8_t measured[PEOPLE], status[PEOPLE];
    static int64_t value[PEOPLE];
    const int32_t grade = sangao_decision_find(pack, "htn.grade");
    const int32_t at[] = {sangao_input_find(pack, "sbp_office"), sangao_input_find(pack, "dbp_office")};
    for (int i = 0; i < PEOPLE; i++) {
        sbp[i] = 11000 + i * 37 % 8000, dbp[i] = 6500 + i * 53 % 4000;
        measured[i] = i % 10 ? SANGAO_GIVEN : SANGAO_BLANK;
    }
    const sangao_column columns[] = {{at[0], sbp, NULL, NULL}, {at[1], dbp, measured, NULL}};
    const sangao_answers answers = {grade, status, value, NULL, NULL, NULL};
    sangao_why why;
    if (sangao_stratify(pack, columns, 2, &answers, 1, PEOPLE, &why)) return fprintf(stderr, "%s\n", why.text), 1;
    const sangao_decision *of = sangao_decision_at(pack, grade);
    int counts[65] = {0}, wrong = 0;
    for (int i = 0; i < PEOPLE; i++) counts[value[i] == SANGAO_NONE ? of->outcomes : value[i]]++;
    for (int32_t i = 0; i <= of->outcomes; i++)
        printf("  %-14s %5d\n", i < of->outcomes ? of->outcome[i].id : "unknown", counts[i]);
    int32_t *values = calloc((size_t)inputs, sizeof *values);
    uint8_t *states = calloc((size_t)inputs, 1);
    for (int i = 0; values && states && i < PEOPLE; i += 97) {
        sangao_answer alone;
        values[at[0]] = sbp[i], values[at[1]] = dbp[i], states[at[0]] = SANGAO_GIVEN, states[at[1]] = measured[i];
        wrong |= sangao_decide(pack, values, states, &grade, 1, &alone, NULL, &why) || alone.value != value[i] ||
                 alone.status != status[i];
    }
    free(values);
    free(states);
    return wrong;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: cases PACK.sangao CASES.tsv\n"), 2;
    sangao_why why;
    sangao_pack *pack;
    if (sangao_pack_open(argv[1], &pack, &why)) return fprintf(stderr, "%s\n", why.text), 2;
    list(pack);
    sangao_about about;
    sangao_pack_about(pack, &about);
    int32_t *values = calloc((size_t)about.inputs, sizeof *values);
    uint8_t *states = calloc((size_t)about.inputs, 1);
    FILE *file = fopen(argv[2], "r");
    if (!values || !states || !file) return fprintf(stderr, "%s cannot be read\n", argv[2]), 2;
    static char text[16384], found[16384];
    char it[1024] = "", input[512], given[64];
    int cases = 0, wrong = 0;
    while (fgets(text, sizeof text, file)) {
        text[strcspn(text, "\n")] = 0;
        if (strncmp(text, "case\t", 5) == 0) {
            snprintf(it, sizeof it, "%.1023s", text + 5);
            memset(states, SANGAO_BLANK, (size_t)about.inputs); /* a blank is a blank, whatever stands in `values` */
        } else if (sscanf(text, "give\t%511[^\t]\t%63s", input, given) == 2) {
            int32_t at = sangao_input_find(pack, input);
            if (at < 0) return fprintf(stderr, "the pack has no input %s\n", input), 2;
            states[at] = strcmp(given, "unsure") == 0 ? SANGAO_UNSURE : SANGAO_GIVEN;
            values[at] = (int32_t)strtol(given, NULL, 10);
        } else if (sscanf(text, "ask\t%511[^\t]", input) == 1) {
            int32_t asked = sangao_decision_find(pack, input);
            sangao_answer answer;
            if (sangao_decide(pack, values, states, &asked, 1, &answer, NULL, &why))
                return fprintf(stderr, "%s: %s\n", it, why.text), 2;
            line(sangao_decision_at(pack, asked), &answer, found, sizeof found);
            cases++;
            if (strcmp(found, text) != 0) {
                wrong++;
                printf("%s\n  recorded %s\n  answered %s\n", it, text, found);
            }
        }
    }
    printf("%d cases, %d answered otherwise than recorded\n", cases, wrong);
    wrong += township(pack, about.inputs);
    fclose(file);
    free(values);
    free(states);
    sangao_pack_close(pack);
    return wrong || !cases;
}
