/* Chance and damage for the sanitized drivers. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static inline uint64_t draw(void) { /* splitmix64 */
    uint64_t z = (state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static inline size_t below(size_t n) { return (size_t)(draw() % n); }

static inline void *filled(size_t size) { /* of exactly this size, so that a step beyond is seen */
    uint8_t *data = malloc(size ? size : 1);
    if (!data) exit(3);
    for (size_t i = 0; i < size; i++) data[i] = (uint8_t)draw();
    if (below(3) == 0)
        for (size_t i = 0; i + 4 <= size; i += 4) memcpy(data + i, (int32_t[]){below(2) ? INT32_MIN : INT32_MAX}, 4);
    return data;
}

static inline void damage(uint8_t *data, size_t size) {
    for (size_t n = 1 + below(3); n && size; n--) {
        static const uint8_t odd[] = {0, 1, 4, 5, 64, 127, 128, 255};
        data[below(size)] = below(2) ? odd[below(sizeof odd)] : (uint8_t)draw();
    }
}

static inline uint8_t *content(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) exit(2);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    uint8_t *data = malloc(*size ? *size : 1);
    if (!data || fread(data, 1, *size, file) != *size) exit(2);
    fclose(file);
    return data;
}
