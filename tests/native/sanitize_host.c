/* Opens pack files, sound and damaged, and asks them with rows and columns of exactly the size promised.
   usage: sanitize_host SECONDS SEED SECTION...   (sections `program`, as engine/run/library.py writes them) */

#include <time.h>

#include "pack.h"
#include "random.h"

enum { HEAD_SIZE = 16 + 2 * 64, HASH = 40 };

static void put(uint8_t *at, uint64_t value, int bytes) {
    for (int i = 0; i < bytes; i++) at[i] = (uint8_t)(value >> 8 * i);
}

/* A file that holds a section: hashed as if it were right, so that the damage is looked for behind the hash. */
static uint8_t *file_of(const uint8_t *section, size_t size) {
    uint8_t *file = calloc(1, HEAD_SIZE + size);
    if (!file) exit(3);
    memcpy(file, "SANGAOPK", 8);
    put(file + 8, 4, 4);
    put(file + 12, 2, 4);
    memcpy(file + 16, "meaning", 7);
    put(file + 16 + 16, HEAD_SIZE, 8);
    if (size >= HASH + 32) memcpy(file + 16 + 32, section + HASH, 32);
    memcpy(file + 80, "program", 7);
    put(file + 80 + 16, HEAD_SIZE, 8);
    put(file + 80 + 24, size, 8);
    memcpy(file + HEAD_SIZE, section, size);
    sangao_sha256(section, size, file + 80 + 32);
    return file;
}

static void look(const sangao_pack *pack, const sangao_about *about) {
    size_t letters = strlen(about->id) + strlen(about->zh) + strlen(about->until);
    for (int32_t i = 0; i < about->inputs; i++) {
        const sangao_input *one = sangao_input_at(pack, i);
        letters += strlen(one->id) + strlen(one->formula) + (size_t)sangao_input_find(pack, one->id);
        for (int32_t j = 0; j < one->codes; j++) letters += strlen(one->code[j].en);
    }
    for (int32_t i = 0; i < about->decisions; i++) {
        const sangao_decision *one = sangao_decision_at(pack, i);
        for (int32_t j = 0; j < one->outcomes; j++) letters += strlen(one->outcome[j].zh);
    }
    if (letters == SIZE_MAX) abort();
}

/* What a host may index with an answer: the place of an outcome, bits of outcomes. */
static void sound(const sangao_decision *of, int32_t status, int64_t value, uint64_t possible) {
    int closed = of->kind == SANGAO_BOOL || of->kind == SANGAO_CODED;
    if (status < SANGAO_SETTLED || status > SANGAO_UNKNOWN) abort();
    if (closed && value != SANGAO_NONE && (value < 0 || value >= of->outcomes)) abort();
    if (of->outcomes < 64 && possible >> of->outcomes) abort();
}

static void ask(const sangao_pack *pack, const sangao_about *about) {
    static const size_t lengths[] = {0, 1, 63, 64, 65, 511, 513, 8193};
    size_t inputs = (size_t)about->inputs, decisions = (size_t)about->decisions;
    size_t rows = lengths[below(sizeof lengths / sizeof *lengths)];
    sangao_why why;
    int32_t *values = filled(4 * inputs);
    uint8_t *states = filled(inputs), *kept = filled(inputs);
    for (size_t i = 0; i < inputs; i++) states[i] %= below(50) ? 3 : 4;
    sangao_answer *answers = filled(sizeof *answers * decisions);
    if (!sangao_decide(pack, values, states, NULL, 0, answers, kept, &why))
        for (size_t i = 0; i < decisions; i++)
            sound(sangao_decision_at(pack, (int32_t)i), answers[i].status, answers[i].value, answers[i].possible);
    sangao_column *columns = calloc(inputs + 1, sizeof *columns);
    sangao_answers to = {0};
    if (!columns) exit(3);
    int32_t given = 0;
    for (size_t i = 0; i < inputs; i++) {
        if (below(4) == 0) continue;
        uint8_t *known = below(3) ? filled(rows) : NULL;
        for (size_t j = 0; known && j < rows; j++) known[j] %= 3;
        columns[given++] = (sangao_column){(int32_t)i, filled(4 * rows), known, below(2) ? filled(rows) : NULL};
    }
    to.decision = (int32_t)below(decisions + 1);
    to.status = filled(rows), to.value = filled(8 * rows), to.at_least = filled(8 * rows);
    to.at_most = below(2) ? filled(8 * rows) : NULL, to.possible = filled(8 * rows);
    if (!sangao_stratify(pack, columns, given, &to, 1, (int64_t)rows, below(2) ? &why : NULL))
        for (size_t i = 0; i < rows; i++)
            sound(sangao_decision_at(pack, to.decision), to.status[i], to.value[i], to.possible[i]);
    for (int32_t i = 0; i < given; i++) {
        free((void *)(uintptr_t)columns[i].values);
        free((void *)(uintptr_t)columns[i].states);
        free(columns[i].kept_out);
    }
    free(columns), free(to.status), free(to.value), free(to.at_least), free(to.at_most), free(to.possible);
    free(values), free(states), free(kept), free(answers);
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    state = strtoull(argv[2], NULL, 10);
    time_t end = time(NULL) + strtol(argv[1], NULL, 10);
    size_t tried = 0, opened = 0;
    while (time(NULL) < end) {
        size_t size;
        uint8_t *section = content(argv[3 + below((size_t)argc - 3)], &size);
        for (int round = 0; round < 50; round++, tried++) {
            uint8_t *changed = malloc(size);
            if (!changed) return 3;
            memcpy(changed, section, size);
            if (round && below(4)) damage(changed, below(2) ? size : size < 600 ? size : 600);
            uint8_t *file = file_of(changed, size);
            size_t length = HEAD_SIZE + size;
            if (round && below(6) == 0) damage(file, below(2) ? HEAD_SIZE : length);
            if (round && below(8) == 0) length = below(length);
            uint8_t *exact = malloc(length ? length : 1);
            if (!exact) return 3;
            memcpy(exact, file, length);
            sangao_why why;
            sangao_pack *pack;
            int32_t code = sangao_pack_read(exact, length, &pack, &why);
            free(exact); /* a pack keeps nothing of its bytes */
            if (code ? pack != NULL || why.code != code || !why.text[0] : !pack) abort();
            if (code && !round) {
                fprintf(stderr, "a sound pack was refused: %s\n", why.text);
                abort();
            }
            sangao_about about;
            if (!code && !sangao_pack_about(pack, &about)) {
                look(pack, &about);
                ask(pack, &about);
                opened++;
            }
            sangao_pack_close(pack);
            free(file);
            free(changed);
        }
        free(section);
    }
    printf("%zu pack files tried, %zu were sound and were asked\n", tried, opened);
    return opened ? 0 : 1;
}
