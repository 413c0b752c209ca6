/* Runs programs, sound and damaged, on columns of exactly the size promised, under the sanitizers.
   usage: sanitize SECONDS SEED PROGRAM... */

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "kernel.h"
#include "random.h"

static size_t item(int32_t kind, size_t rows) { /* bytes of a slot */
    return kind == 0 ? (rows + 7) / 8 : kind == 1 ? rows : kind == 2 ? 4 * rows : 2 * rows;
}

/* The answers of one level of instructions are the answers of every other. */
static void run(const sangao_program *program) {
    static const size_t lengths[] = {0, 1, 63, 64, 65, 100, 8191, 8193, 16383, 16384, 16385};
    size_t rows = lengths[below(sizeof lengths / sizeof *lengths)];
    size_t slots = (size_t)sangao_slots(program), outs = (size_t)sangao_outs(program);
    sangao_slot *entering = calloc(slots + 1, sizeof *entering);
    void **first = calloc(outs + 1, sizeof *first), **second = calloc(outs + 1, sizeof *second);
    if (!entering || !first || !second) exit(3);
    for (size_t i = 0; i < slots; i++) {
        int32_t kind = sangao_slot_kind(program, (int32_t)i);
        entering[i].offset = (int64_t)below(70);
        if (kind != 0 || below(8))
            entering[i].data = filled(item(kind, rows + (size_t)entering[i].offset));
    }
    size_t sizes[4] = {(rows + 7) / 8, rows, 8 * rows, 8 * rows};
    for (size_t i = 0; i < outs; i++) {
        size_t size = sizes[sangao_out_kind(program, (int32_t)i)];
        first[i] = malloc(size ? size : 1), second[i] = malloc(size ? size : 1);
        if (!first[i] || !second[i]) exit(3);
    }
    int32_t one = sangao_run(program, entering, first, 0, (int64_t)rows, 0);
    int32_t other = sangao_run(program, entering, second, 0, (int64_t)rows, 1 + (int32_t)below(2));
    for (size_t i = 0; i < outs; i++) {
        size_t size = sizes[sangao_out_kind(program, (int32_t)i)];
        if (one != other || (one == 0 && memcmp(first[i], second[i], size) != 0)) {
            fprintf(stderr, "levels disagree in output %zu\n", i);
            abort();
        }
        free(first[i]);
        free(second[i]);
    }
    for (size_t i = 0; i < slots; i++) free((void *)(uintptr_t)entering[i].data);
    free(entering);
    free(first);
    free(second);
}

static uint32_t u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    long seconds = strtol(argv[1], NULL, 10);
    state = strtoull(argv[2], NULL, 10);
    time_t end = time(NULL) + seconds;
    size_t tried = 0, ran = 0;
    while (time(NULL) < end) {
        size_t size;
        uint8_t *data = content(argv[3 + below((size_t)argc - 3)], &size);
        for (int round = 0; round < 50; round++, tried++) {
            size_t length = round && below(8) == 0 ? below(size) : size;
            uint8_t *copy = malloc(length ? length : 1); /* of exactly this size, so that reading beyond is seen */
            if (!copy) return 3;
            memcpy(copy, data, length);
            if (round && length) damage(copy, length);
            char why[80];
            sangao_program *program = sangao_open(copy, length, why, sizeof why);
            if (program && u32(copy + 20) < 4096 && u32(copy + 24) < 256) {
                free(copy); /* a program keeps nothing of its bytes */
                copy = NULL;
                run(program);
                ran++;
            } else if (!program && !why[0]) {
                abort();
            } else if (!program && !round) {
                fprintf(stderr, "a sound program was rejected: %s\n", why);
                abort();
            }
            sangao_close(program);
            free(copy);
        }
        free(data);
    }
    printf("%zu programs tried, %zu were sound and ran\n", tried, ran);
    return ran ? 0 : 1;
}
