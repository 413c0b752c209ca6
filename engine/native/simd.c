/* The three primitives that touch every row, in portable C, SSE2 and AVX2. */

#include "inside.h"
#ifdef WITH_X86
#include <immintrin.h>
#endif

static uint64_t ge32_some(const int32_t *x, int32_t limit, int rows) {
    uint64_t bits = 0;
    for (int i = 0; i < rows; i++) bits |= (uint64_t)(x[i] >= limit) << i;
    return bits;
}

static uint64_t ge16_some(const int16_t *x, int32_t limit, int rows) {
    uint64_t bits = 0;
    for (int i = 0; i < rows; i++) bits |= (uint64_t)(x[i] >= limit) << i;
    return bits;
}

static uint64_t eq8_some(const uint8_t *x, uint8_t value, int rows) {
    uint64_t bits = 0;
    for (int i = 0; i < rows; i++) bits |= (uint64_t)(x[i] == value) << i;
    return bits;
}

static void pack_some(const uint64_t *const *planes, int many, uint8_t *out, int first, int rows) {
    for (int i = first; i < rows; i++) {
        unsigned byte = 0;
        for (int j = 0; j < many; j++) byte |= (unsigned)(planes[j][i >> 6] >> (i & 63) & 1) << j;
        out[i] = (uint8_t)byte;
    }
}

/* Eight comparison bytes (0 or 1) -> eight bits, by one multiplication. */
static uint64_t gather(const uint8_t *byte) {
    uint64_t bits = 0;
    for (int i = 0; i < 8; i++) {
        uint64_t eight = 0;
        for (int j = 0; j < 8; j++) eight |= (uint64_t)byte[8 * i + j] << 8 * j;
        bits |= (eight * UINT64_C(0x0102040810204080) >> 56) << 8 * i;
    }
    return bits;
}

static void ge32_plain(const int32_t *x, int32_t limit, uint64_t *out, int rows) {
    uint8_t byte[64];
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        for (int j = 0; j < 64; j++) byte[j] = x[i + j] >= limit;
        *out++ = gather(byte);
    }
    if (i < rows) *out = ge32_some(x + i, limit, rows - i);
}

static void ge16_plain(const int16_t *x, int32_t limit, uint64_t *out, int rows) {
    uint8_t byte[64];
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        for (int j = 0; j < 64; j++) byte[j] = x[i + j] >= limit;
        *out++ = gather(byte);
    }
    if (i < rows) *out = ge16_some(x + i, limit, rows - i);
}

static void eq8_plain(const uint8_t *x, uint8_t value, uint64_t *out, int rows) {
    uint8_t byte[64];
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        for (int j = 0; j < 64; j++) byte[j] = x[i + j] == value;
        *out++ = gather(byte);
    }
    if (i < rows) *out = eq8_some(x + i, value, rows - i);
}

/* Eight rows of up to eight planes: the transpose of an 8 by 8 square of bits. */
static void pack_plain(const uint64_t *const *planes, int many, uint8_t *out, int rows) {
    int i = 0;
    for (; i + 8 <= rows; i += 8) {
        uint64_t x = 0, t;
        for (int j = 0; j < many; j++) x |= (planes[j][i >> 6] >> (i & 63) & 255) << 8 * j;
        t = (x ^ x >> 7) & UINT64_C(0x00AA00AA00AA00AA), x ^= t ^ t << 7;
        t = (x ^ x >> 14) & UINT64_C(0x0000CCCC0000CCCC), x ^= t ^ t << 14;
        t = (x ^ x >> 28) & UINT64_C(0x00000000F0F0F0F0), x ^= t ^ t << 28;
        for (int j = 0; j < 8; j++) out[i + j] = (uint8_t)(x >> 8 * j);
    }
    pack_some(planes, many, out, i, rows);
}

static const primitives PLAIN = {ge32_plain, ge16_plain, eq8_plain, pack_plain};

#ifdef WITH_X86
static void ge32_sse2(const int32_t *x, int32_t limit, uint64_t *out, int rows) {
    const __m128i c = _mm_set1_epi32(limit);
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        uint64_t bits = 0;
        for (int j = 0; j < 4; j++) {
            const __m128i *at = (const __m128i *)(const void *)(x + i + 16 * j);
            __m128i a = _mm_cmpgt_epi32(c, _mm_loadu_si128(at)), b = _mm_cmpgt_epi32(c, _mm_loadu_si128(at + 1));
            __m128i d = _mm_cmpgt_epi32(c, _mm_loadu_si128(at + 2)), e = _mm_cmpgt_epi32(c, _mm_loadu_si128(at + 3));
            __m128i bytes = _mm_packs_epi16(_mm_packs_epi32(a, b), _mm_packs_epi32(d, e));
            bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(bytes) << 16 * j;
        }
        *out++ = ~bits;
    }
    if (i < rows) *out = ge32_some(x + i, limit, rows - i);
}

static void ge16_sse2(const int16_t *x, int32_t limit, uint64_t *out, int rows) {
    const __m128i c = _mm_set1_epi16((short)limit);
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        uint64_t bits = 0;
        for (int j = 0; j < 4; j++) {
            const __m128i *at = (const __m128i *)(const void *)(x + i + 16 * j);
            __m128i a = _mm_cmpgt_epi16(c, _mm_loadu_si128(at)), b = _mm_cmpgt_epi16(c, _mm_loadu_si128(at + 1));
            bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_packs_epi16(a, b)) << 16 * j;
        }
        *out++ = ~bits;
    }
    if (i < rows) *out = ge16_some(x + i, limit, rows - i);
}

static void eq8_sse2(const uint8_t *x, uint8_t value, uint64_t *out, int rows) {
    const __m128i c = _mm_set1_epi8((char)value);
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        uint64_t bits = 0;
        for (int j = 0; j < 4; j++) {
            __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(x + i + 16 * j));
            bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, c)) << 16 * j;
        }
        *out++ = bits;
    }
    if (i < rows) *out = eq8_some(x + i, value, rows - i);
}

static const primitives SSE2 = {ge32_sse2, ge16_sse2, eq8_sse2, pack_plain};

AVX2 static void ge32_avx2(const int32_t *x, int32_t limit, uint64_t *out, int rows) {
    const __m256i c = _mm256_set1_epi32(limit), order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        uint64_t bits = 0;
        for (int j = 0; j < 2; j++) {
            const __m256i *at = (const __m256i *)(const void *)(x + i + 32 * j);
            __m256i a = _mm256_cmpgt_epi32(c, _mm256_loadu_si256(at));
            __m256i b = _mm256_cmpgt_epi32(c, _mm256_loadu_si256(at + 1));
            __m256i d = _mm256_cmpgt_epi32(c, _mm256_loadu_si256(at + 2));
            __m256i e = _mm256_cmpgt_epi32(c, _mm256_loadu_si256(at + 3));
            __m256i bytes = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(d, e));
            bytes = _mm256_permutevar8x32_epi32(bytes, order); /* packs works within halves: put them in order */
            bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << 32 * j;
        }
        *out++ = ~bits;
    }
    if (i < rows) *out = ge32_some(x + i, limit, rows - i);
}

AVX2 static void ge16_avx2(const int16_t *x, int32_t limit, uint64_t *out, int rows) {
    const __m256i c = _mm256_set1_epi16((short)limit);
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        uint64_t bits = 0;
        for (int j = 0; j < 2; j++) {
            const __m256i *at = (const __m256i *)(const void *)(x + i + 32 * j);
            __m256i a = _mm256_cmpgt_epi16(c, _mm256_loadu_si256(at));
            __m256i b = _mm256_cmpgt_epi16(c, _mm256_loadu_si256(at + 1));
            __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8); /* the inner quarters change places */
            bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << 32 * j;
        }
        *out++ = ~bits;
    }
    if (i < rows) *out = ge16_some(x + i, limit, rows - i);
}

AVX2 static void eq8_avx2(const uint8_t *x, uint8_t value, uint64_t *out, int rows) {
    const __m256i c = _mm256_set1_epi8((char)value);
    int i = 0;
    for (; i + 64 <= rows; i += 64) {
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)(x + i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(x + i + 32));
        uint64_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, c));
        uint64_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, c));
        *out++ = low | high << 32;
    }
    if (i < rows) *out = eq8_some(x + i, value, rows - i);
}

AVX2 static void pack_avx2(const uint64_t *const *planes, int many, uint8_t *out, int rows) {
    const __m256i spread = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i bit = _mm256_set1_epi64x((long long)UINT64_C(0x8040201008040201));
    int i = 0;
    for (; i + 32 <= rows; i += 32) {
        __m256i sum = _mm256_setzero_si256();
        for (int j = 0; j < many; j++) {
            __m256i x = _mm256_set1_epi32((int)(uint32_t)(planes[j][i >> 6] >> (i & 32)));
            x = _mm256_and_si256(_mm256_shuffle_epi8(x, spread), bit);
            x = _mm256_and_si256(_mm256_cmpeq_epi8(x, bit), _mm256_set1_epi8((char)(1u << j)));
            sum = _mm256_or_si256(sum, x);
        }
        _mm256_storeu_si256((__m256i *)(void *)(out + i), sum);
    }
    pack_some(planes, many, out, i, rows);
}

static const primitives WIDE = {ge32_avx2, ge16_avx2, eq8_avx2, pack_avx2};
#endif

const primitives *sangao_primitives(int32_t level) {
    int32_t best = sangao_best() < level ? sangao_best() : level;
#ifdef WITH_X86
    return best >= 2 ? &WIDE : best == 1 ? &SSE2 : &PLAIN;
#else
    (void)best;
    return &PLAIN;
#endif
}

int32_t sangao_best(void) {
#ifdef WITH_X86
    return __builtin_cpu_supports("avx2") ? 2 : 1;
#else
    return 0;
#endif
}
