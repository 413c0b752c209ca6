/* Rounds and numbers random columns of exactly the size promised, under the sanitizers, and looks at every row.
   usage: sanitize_arriving SECONDS SEED */

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <math.h>

#include "arriving.h"
#include "random.h"

static void wrong(const char *what) {
    fprintf(stderr, "%s\n", what);
    abort();
}

static void *room(size_t size) {
    void *data = malloc(size ? size : 1);
    if (!data) exit(3);
    return data;
}

static void steps(void) {
    static const double edges[] = {0.0, -0.0, 0.5, 1.5, 1e15, -1e18, 1e300, -1e308, 2147483647.0, -2147483649.0};
    size_t rows = below(200), offset = below(70);
    double *numbers = filled(8 * (rows + offset)); /* whatever eight bytes may mean: infinite, no number */
    for (size_t i = 0; i < rows + offset; i++)
        if (below(2)) numbers[i] = below(2) ? edges[below(sizeof edges / sizeof *edges)] : (double)below(900) / 4.0;
    uint8_t *known = below(4) ? filled((rows + offset + 7) / 8) : NULL, *there = room(rows);
    int64_t *found = room(8 * rows), left = 0;
    double slope = below(2) ? 0.0 : 1.0 / 1024, least = -(double)below(1u << 30), most = (double)below(1u << 30);
    int64_t told = sangao_steps(numbers, known, (int64_t)offset, (int64_t)rows, 100.0, 0.499, slope, least, most, there,
                                found);
    for (size_t i = 0; i < rows; i++) {
        size_t at = offset + i;
        int given = !known || (known[at / 8] >> at % 8 & 1);
        double near = numbers[at] * 100.0, whole = rint(near);
        int good = given && fabs(near - whole) < 0.499 - fabs(near) * slope && whole >= least && whole <= most;
        left += given && !good;
        if (there[i] != good || found[i] != (good ? (int64_t)whole : 0)) wrong("a number is not on its step");
    }
    if (told != left) wrong("numbers left are miscounted");
    free(numbers), free(known), free(there), free(found);
}

static void numbered(void) {
    size_t rows = below(300), number = 1 + below(200), most = rows < number ? rows : number;
    int bad = rows && below(5) == 0;
    int64_t *codes = room(8 * rows), *before = room(8 * rows), *first = room(8 * most);
    int32_t *places = room(4 * number);
    for (size_t i = 0; i < rows; i++) codes[i] = (int64_t)below(number);
    if (bad) codes[below(rows)] = below(2) ? -1 - (int64_t)(draw() >> 1) : (int64_t)(number + (draw() >> 2));
    memcpy(before, codes, 8 * rows);
    int64_t count = sangao_numbered(codes, (int64_t)rows, places, (int64_t)number, first);
    if (bad != (count < 0)) wrong("a code out of range");
    for (int64_t i = 1; i < count; i++)
        if (first[i] <= first[i - 1]) wrong("places out of order");
    for (size_t i = 0; !bad && i < rows; i++)
        if (codes[i] < 0 || codes[i] >= count || before[first[codes[i]]] != before[i]) wrong("a code of another row");
    free(codes), free(before), free(first), free(places);
}

int main(int argc, char **argv) {
    if (argc < 3) return 2;
    state = strtoull(argv[2], NULL, 10);
    time_t end = time(NULL) + strtol(argv[1], NULL, 10);
    unsigned long turns = 0;
    do {
        steps();
        numbered();
        turns++;
    } while (time(NULL) < end);
    printf("arriving: %lu turns\n", turns);
    return 0;
}
