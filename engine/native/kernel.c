/* Interpreter of flat programs: one pass over 8,192 patients per instruction, all registers in one block of memory.
   The meaning of every operation stands in engine/run/flat.py; engine/run/columns.py is the same in Python. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#if defined(__GNUC__) && defined(__x86_64__) && !defined(SANGAO_PLAIN)
#define WITH_X86 1
#include <immintrin.h>
#define AVX2 __attribute__((target("avx2")))
#endif
#if defined(__GNUC__)
#define INLINE static inline __attribute__((always_inline))
#define FETCH(at) __builtin_prefetch(at)
#define EACH _Pragma("GCC ivdep") /* a register may be its own source: still each row alone */
#else
#define INLINE static inline
#define FETCH(at) ((void)(at))
#define EACH
#endif

enum { CHUNK = 8192, WORDS = CHUNK / 64, NEAR = 2048, HEAD = 44, MOST = 1 << 16 };
enum { ZERO, ONE, AND, ANDN, NOR, NOT, BITS, GE32, EQ8, GEC, GE, LOAD, CONST, ADD, MUL, MIN, MAX, SEL, SUM, OUT, PACK, OUTN };
enum { SLOT_BITS, SLOT_BYTE, SLOT_INT32 };
enum { OUT_BITS, OUT_BYTE, OUT_MASK, OUT_NUMBER };

typedef struct {
    int32_t op, d, a, b, c;
} step;

struct sangao_program {
    int32_t slots, outs, planes, numbers, constants, lists, steps;
    const int64_t *constant;
    const int32_t *slot, *out, *list;
    const step *code;
};

/* --- reading and checking a program ----------------------------------------------------------------------------- */

static uint32_t u32(const uint8_t *at) {
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int32_t i32(const uint8_t *at) {
    uint32_t bits = u32(at);
    int32_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int64_t i64(const uint8_t *at) {
    uint64_t bits = (uint64_t)u32(at) | (uint64_t)u32(at + 4) << 32;
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const int64_t LARGEST = (int64_t)1 << 62;

typedef struct {
    const sangao_program *of;
    uint8_t *written, *given;
    int64_t *bound; /* largest absolute value of a number; -1: not written yet */
} checker;

static int plane_read(const checker *k, int32_t at) { return at >= 0 && at < k->of->planes && k->written[at]; }
static int number_read(const checker *k, int32_t at) { return at >= 0 && at < k->of->numbers && k->bound[at] >= 0; }
static int constant_read(const checker *k, int32_t at) { return at >= 0 && at < k->of->constants; }
static int slot_read(const checker *k, int32_t at, int32_t kind) {
    return at >= 0 && at < k->of->slots && k->of->slot[at] == kind;
}
static int64_t size_of(int64_t value) { return value < 0 ? -value : value; }

static int list_read(const checker *k, int32_t first, int32_t size, int width) {
    return first >= 0 && size >= 0 && (int64_t)first + (int64_t)width * size <= k->of->lists;
}

/* The bound of a number that an operation makes, or -1. */
static int64_t bound_of(const checker *k, const step *s) {
    const sangao_program *of = k->of;
    switch (s->op) {
    case LOAD:
        return slot_read(k, s->a, SLOT_INT32) ? (int64_t)1 << 31 : -1;
    case CONST:
        return constant_read(k, s->a) ? size_of(of->constant[s->a]) : -1;
    case ADD:
        if (!number_read(k, s->a) || !number_read(k, s->b)) return -1;
        return k->bound[s->a] + k->bound[s->b] < LARGEST ? k->bound[s->a] + k->bound[s->b] : -1;
    case MUL: {
        if (!number_read(k, s->a) || !constant_read(k, s->b)) return -1;
        int64_t by = size_of(of->constant[s->b]), bound = k->bound[s->a];
        if (by && bound > (LARGEST - 1) / by) return -1;
        return bound * by;
    }
    case MIN:
    case MAX:
        if (!number_read(k, s->a) || !number_read(k, s->b)) return -1;
        return k->bound[s->a] > k->bound[s->b] ? k->bound[s->a] : k->bound[s->b];
    case SEL:
        if (!plane_read(k, s->a) || !number_read(k, s->b) || !number_read(k, s->c)) return -1;
        return k->bound[s->b] > k->bound[s->c] ? k->bound[s->b] : k->bound[s->c];
    default: {
        if (!list_read(k, s->a, s->b, 2) || !constant_read(k, s->c)) return -1;
        int64_t total = size_of(of->constant[s->c]);
        for (int32_t i = 0; i < s->b; i++) {
            int32_t plane = of->list[s->a + 2 * i], weight = of->list[s->a + 2 * i + 1];
            if (!plane_read(k, plane) || !constant_read(k, weight)) return -1;
            total += size_of(of->constant[weight]);
            if (total >= LARGEST) return -1;
        }
        return total;
    }
    }
}

static const char *check_output(const checker *k, const step *s) {
    const sangao_program *of = k->of;
    if (s->d < 0 || s->d >= of->outs) return "output";
    if (k->given[s->d]) return "an output is written twice";
    k->given[s->d] = 1;
    int32_t kind = of->out[s->d];
    if (s->op == OUT) return kind == OUT_BITS && plane_read(k, s->a) ? NULL : "output";
    if (s->op == OUTN) return kind == OUT_NUMBER && number_read(k, s->a) ? NULL : "output";
    if (!(kind == OUT_BYTE && s->b <= 8) && !(kind == OUT_MASK && s->b <= 64)) return "output";
    if (!list_read(k, s->a, s->b, 1)) return "list";
    for (int32_t i = 0; i < s->b; i++)
        if (!plane_read(k, of->list[s->a + i])) return "a plane is read before it is written";
    return NULL;
}

static const char *check_step(const checker *k, const step *s) {
    const sangao_program *of = k->of;
    int fine;
    switch (s->op) {
    case ZERO:
    case ONE:
        fine = 1;
        break;
    case AND:
    case ANDN:
    case NOR:
        fine = plane_read(k, s->a) && plane_read(k, s->b);
        break;
    case NOT:
        fine = plane_read(k, s->a);
        break;
    case BITS:
        fine = slot_read(k, s->a, SLOT_BITS);
        break;
    case GE32:
        fine = slot_read(k, s->a, SLOT_INT32) && constant_read(k, s->b) && of->constant[s->b] >= INT32_MIN &&
               of->constant[s->b] <= INT32_MAX;
        break;
    case EQ8:
        fine = slot_read(k, s->a, SLOT_BYTE) && s->b >= 0 && s->b < 256;
        break;
    case GEC:
        fine = number_read(k, s->a) && constant_read(k, s->b);
        break;
    case GE:
        fine = number_read(k, s->a) && number_read(k, s->b);
        break;
    case OUT:
    case PACK:
    case OUTN:
        return check_output(k, s);
    case LOAD:
    case CONST:
    case ADD:
    case MUL:
    case MIN:
    case MAX:
    case SEL:
    case SUM: {
        int64_t bound = bound_of(k, s);
        if (bound < 0) return "a number is not there or could overflow";
        if (s->d < 0 || s->d >= of->numbers) return "index";
        k->bound[s->d] = bound;
        return NULL;
    }
    default:
        return "operation";
    }
    if (!fine) return "operand";
    if (s->d < 0 || s->d >= of->planes) return "index";
    k->written[s->d] = 1;
    return NULL;
}

static const char *check(const sangao_program *of) {
    for (int32_t i = 0; i < of->slots; i++)
        if (of->slot[i] < SLOT_BITS || of->slot[i] > SLOT_INT32) return "kind";
    for (int32_t i = 0; i < of->outs; i++)
        if (of->out[i] < OUT_BITS || of->out[i] > OUT_NUMBER) return "kind";
    for (int32_t i = 0; i < of->constants; i++)
        if (of->constant[i] <= -LARGEST || of->constant[i] >= LARGEST) return "constant";
    checker k = {of, calloc((size_t)of->planes + 1, 1), calloc((size_t)of->outs + 1, 1),
                 malloc(sizeof(int64_t) * ((size_t)of->numbers + 1))};
    const char *why = k.written && k.given && k.bound ? NULL : "no memory";
    for (int32_t i = 0; !why && i < of->numbers; i++) k.bound[i] = -1;
    for (int32_t i = 0; !why && i < of->steps; i++) why = check_step(&k, of->code + i);
    for (int32_t i = 0; !why && i < of->outs; i++)
        if (!k.given[i]) why = "an output is never written";
    free(k.written);
    free(k.given);
    free(k.bound);
    return why;
}

static sangao_program *parse(const uint8_t *bytes, size_t size, const char **why) {
    *why = "head";
    if (size < HEAD || memcmp(bytes, "SANGFLAT", 8) != 0 || u32(bytes + 8) != 1 || u32(bytes + 32) != 0) return NULL;
    uint32_t n[7]; /* slots outs planes numbers constants lists code */
    for (int i = 0; i < 5; i++) n[i] = u32(bytes + 12 + 4 * i);
    n[5] = u32(bytes + 36), n[6] = u32(bytes + 40);
    *why = "size";
    for (int i = 0; i < 5; i++)
        if (n[i] > MOST) return NULL;
    if (n[5] > 64u * MOST || n[6] > 64u * MOST || n[6] % 5) return NULL;
    *why = "length";
    size_t words = (size_t)n[0] + n[1] + n[5] + n[6];
    if (size != HEAD + 8 * (size_t)n[4] + 4 * words) return NULL;
    *why = "no memory";
    sangao_program *p = malloc(sizeof *p + 8 * (size_t)n[4] + 4 * words + 16);
    if (!p) return NULL;
    int64_t *constant = (int64_t *)(void *)(((uintptr_t)(p + 1) + 7) & ~(uintptr_t)7);
    int32_t *rest = (int32_t *)(void *)(constant + n[4]);
    const uint8_t *at = bytes + HEAD;
    for (uint32_t i = 0; i < n[4]; i++, at += 8) constant[i] = i64(at);
    for (size_t i = 0; i < words; i++, at += 4) rest[i] = i32(at);
    *p = (sangao_program){(int32_t)n[0], (int32_t)n[1], (int32_t)n[2],        (int32_t)n[3],
                          (int32_t)n[4], (int32_t)n[5], (int32_t)(n[6] / 5),  constant,
                          rest,          rest + n[0],   rest + n[0] + n[1],
                          (const step *)(const void *)(rest + n[0] + n[1] + n[5])};
    *why = check(p);
    if (*why) {
        free(p);
        return NULL;
    }
    return p;
}

sangao_program *sangao_open(const uint8_t *bytes, size_t size, char *why, size_t room) {
    const char *reason = NULL;
    sangao_program *found = parse(bytes, size, &reason);
    if (room) snprintf(why, room, "%s", found ? "" : reason);
    return found;
}

void sangao_close(sangao_program *program) { free(program); }
int32_t sangao_slots(const sangao_program *p) { return p->slots; }
int32_t sangao_outs(const sangao_program *p) { return p->outs; }
int32_t sangao_slot_kind(const sangao_program *p, int32_t at) { return at >= 0 && at < p->slots ? p->slot[at] : -1; }
int32_t sangao_out_kind(const sangao_program *p, int32_t at) { return at >= 0 && at < p->outs ? p->out[at] : -1; }
int32_t sangao_chunk(void) { return CHUNK; }

/* --- primitives: rows -> bits, bits -> bytes --------------------------------------------------------------------- */

typedef void ge32_fn(const int32_t *x, int32_t limit, uint64_t *out, int rows);
typedef void eq8_fn(const uint8_t *x, uint8_t value, uint64_t *out, int rows);
typedef void pack_fn(const uint64_t *const *planes, int many, uint8_t *out, int rows);

typedef struct {
    ge32_fn *ge32;
    eq8_fn *eq8;
    pack_fn *pack;
} primitives;

static uint64_t ge32_some(const int32_t *x, int32_t limit, int rows) {
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

static const primitives PLAIN = {ge32_plain, eq8_plain, pack_plain};

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

static const primitives SSE2 = {ge32_sse2, eq8_sse2, pack_plain};

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

static const primitives WIDE = {ge32_avx2, eq8_avx2, pack_avx2};
#endif

/* --- one chunk ---------------------------------------------------------------------------------------------------- */

/* Bits [first, first + rows) of a bitmap, read byte by byte at its end: nothing beyond the last bit's byte is touched. */
static void load_bits(const uint8_t *data, int64_t first, uint64_t *out, int rows, int more) {
    const uint8_t *at = data + first / 8;
    int shift = (int)(first % 8), whole = rows / 64, left = rows % 64;
    for (int w = 0; w < whole; w++, at += 8) {
        if (more && w % 8 == 0) FETCH(at + CHUNK / 8); /* many short stretches: the next one is asked for in time */
        uint64_t x = (uint64_t)u32(at) | (uint64_t)u32(at + 4) << 32;
        out[w] = shift ? x >> shift | (uint64_t)at[8] << (64 - shift) : x;
    }
    if (left) {
        int bytes = (shift + left + 7) / 8;
        uint64_t x = 0;
        for (int j = 0; j < bytes && j < 8; j++) x |= (uint64_t)at[j] << 8 * j;
        x >>= shift;
        if (bytes > 8) x |= (uint64_t)at[8] << (64 - shift);
        out[whole] = x;
    }
}

static void store_bits(const uint64_t *plane, uint8_t *out, int rows) {
    int i = 0;
    for (; i + 64 <= rows; i += 64)
        for (int j = 0; j < 8; j++) out[i / 8 + j] = (uint8_t)(plane[i >> 6] >> 8 * j);
    for (; i < rows; i += 8) {
        unsigned byte = (unsigned)(plane[i >> 6] >> (i & 63)) & 255u;
        if (rows - i < 8) byte &= (1u << (rows - i)) - 1u;
        out[i / 8] = (uint8_t)byte;
    }
}

typedef struct {
    const sangao_program *of;
    const sangao_slot *slots;
    void *const *outs;
    uint64_t *planes; /* WORDS each */
    int64_t *numbers; /* CHUNK each */
    int64_t start;
    int rows, more; /* more: another whole chunk follows */
} chunk;

static void pack(const chunk *k, const primitives *use, const step *s) {
    const uint64_t *planes[8];
    const int32_t *list = k->of->list + s->a;
    if (k->of->out[s->d] == OUT_BYTE) {
        for (int j = 0; j < s->b; j++) planes[j] = k->planes + (size_t)list[j] * WORDS;
        use->pack(planes, s->b, (uint8_t *)k->outs[s->d] + k->start, k->rows);
        return;
    }
    uint8_t lane[CHUNK];
    uint64_t *out = (uint64_t *)k->outs[s->d] + k->start;
    if (!s->b) memset(out, 0, (size_t)k->rows * 8);
    for (int first = 0; first < s->b; first += 8) {
        int many = s->b - first < 8 ? s->b - first : 8;
        for (int j = 0; j < many; j++) planes[j] = k->planes + (size_t)list[first + j] * WORDS;
        use->pack(planes, many, lane, k->rows);
        if (first)
            for (int i = 0; i < k->rows; i++) out[i] |= (uint64_t)lane[i] << first;
        else
            for (int i = 0; i < k->rows; i++) out[i] = lane[i];
    }
}

#define PLANE(at) (k->planes + (size_t)(at)*WORDS)
#define NUMBER(at) (k->numbers + (size_t)(at)*CHUNK)

/* Numbers are rare; their loops are plain. Sums cannot overflow: the bounds were checked. */
INLINE void number_step(const chunk *k, const step *s) {
    const sangao_program *of = k->of;
    const int rows = k->rows;
    int64_t *d = NUMBER(s->d);
    switch (s->op) {
    case LOAD: {
        const int32_t *x = (const int32_t *)k->slots[s->a].data + k->slots[s->a].offset + k->start;
        for (int i = 0; i < rows; i++) d[i] = x[i];
        break;
    }
    case CONST: {
        const int64_t value = of->constant[s->a];
        for (int i = 0; i < rows; i++) d[i] = value;
        break;
    }
    case ADD: {
        const int64_t *a = NUMBER(s->a), *b = NUMBER(s->b);
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] + b[i];
        break;
    }
    case MUL: {
        const int64_t *a = NUMBER(s->a), by = of->constant[s->b];
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] * by;
        break;
    }
    case MIN: {
        const int64_t *a = NUMBER(s->a), *b = NUMBER(s->b);
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] < b[i] ? a[i] : b[i];
        break;
    }
    case MAX: {
        const int64_t *a = NUMBER(s->a), *b = NUMBER(s->b);
        EACH for (int i = 0; i < rows; i++) d[i] = a[i] > b[i] ? a[i] : b[i];
        break;
    }
    case SEL: {
        const uint64_t *when = PLANE(s->a);
        const int64_t *b = NUMBER(s->b), *c = NUMBER(s->c);
        EACH for (int i = 0; i < rows; i++) d[i] = when[i >> 6] >> (i & 63) & 1 ? b[i] : c[i];
        break;
    }
    default: {
        const int64_t base = of->constant[s->c];
        for (int i = 0; i < rows; i++) d[i] = base;
        for (int32_t j = 0; j < s->b; j++) {
            const uint64_t *plane = PLANE(of->list[s->a + 2 * j]);
            const int64_t weight = of->constant[of->list[s->a + 2 * j + 1]];
            for (int i = 0; i < rows; i++) d[i] += weight & -(int64_t)(plane[i >> 6] >> (i & 63) & 1);
        }
    }
    }
}

/* Where x is at least y, or, without y, at least a limit. */
INLINE void compare(const int64_t *x, const int64_t *y, int64_t limit, uint64_t *d, int rows) {
    for (int first = 0; first < rows; first += 64) {
        int bits = rows - first < 64 ? rows - first : 64;
        uint64_t found = 0;
        for (int i = 0; i < bits; i++) found |= (uint64_t)(x[first + i] >= (y ? y[first + i] : limit)) << i;
        d[first / 64] = found;
    }
}

INLINE void plane_step(const chunk *k, const primitives *use, const step *s) {
    const int rows = k->rows, words = (rows + 63) / 64;
    uint64_t *d = PLANE(s->d);
    switch (s->op) {
    case AND: {
        const uint64_t *a = PLANE(s->a), *b = PLANE(s->b);
        EACH for (int w = 0; w < words; w++) d[w] = a[w] & b[w];
        break;
    }
    case ANDN: {
        const uint64_t *a = PLANE(s->a), *b = PLANE(s->b);
        EACH for (int w = 0; w < words; w++) d[w] = a[w] & ~b[w];
        break;
    }
    case NOR: {
        const uint64_t *a = PLANE(s->a), *b = PLANE(s->b);
        EACH for (int w = 0; w < words; w++) d[w] = ~(a[w] | b[w]);
        break;
    }
    case NOT: {
        const uint64_t *a = PLANE(s->a);
        EACH for (int w = 0; w < words; w++) d[w] = ~a[w];
        break;
    }
    case BITS: {
        const sangao_slot *slot = k->slots + s->a;
        if (slot->data)
            load_bits(slot->data, slot->offset + k->start, d, rows, k->more);
        else
            memset(d, 255, (size_t)words * 8);
        break;
    }
    case EQ8: {
        const sangao_slot *slot = k->slots + s->a;
        use->eq8((const uint8_t *)slot->data + slot->offset + k->start, (uint8_t)s->b, d, rows);
        break;
    }
    case GEC:
        compare(NUMBER(s->a), NULL, k->of->constant[s->b], d, rows);
        break;
    case GE:
        compare(NUMBER(s->a), NUMBER(s->b), 0, d, rows);
        break;
    default:
        memset(d, s->op == ONE ? 255 : 0, (size_t)words * 8);
    }
}

/* All limits that follow one another on one slot, in blocks that stay near: each number comes from memory once.
   Returns how many steps that were. */
static int32_t limits(const chunk *k, const primitives *use, const step *s, int32_t left) {
    const sangao_slot *slot = k->slots + s->a;
    const int32_t *x = (const int32_t *)slot->data + slot->offset + k->start;
    int32_t many = 1;
    while (many < left && s[many].op == GE32 && s[many].a == s->a) many++;
    for (int first = 0; first < k->rows; first += NEAR) {
        int rows = k->rows - first < NEAR ? k->rows - first : NEAR;
        for (int32_t i = 0; i < many; i++)
            use->ge32(x + first, (int32_t)k->of->constant[s[i].b], PLANE(s[i].d) + first / 64, rows);
    }
    return many;
}

INLINE void run_chunk(const chunk *k, const primitives *use) {
    const sangao_program *of = k->of;
    for (int32_t at = 0; at < of->steps; at++) {
        const step *s = of->code + at;
        if (s->op == GE32)
            at += limits(k, use, s, of->steps - at) - 1;
        else if (s->op < LOAD)
            plane_step(k, use, s);
        else if (s->op < OUT)
            number_step(k, s);
        else if (s->op == OUT)
            store_bits(PLANE(s->a), (uint8_t *)k->outs[s->d] + k->start / 8, k->rows);
        else if (s->op == PACK)
            pack(k, use, s);
        else
            memcpy((int64_t *)k->outs[s->d] + k->start, NUMBER(s->a), (size_t)k->rows * 8);
    }
}

static void run_base(const chunk *k, const primitives *use) { run_chunk(k, use); }
#ifdef WITH_X86
AVX2 static void run_wide(const chunk *k, const primitives *use) { run_chunk(k, use); }
#endif

int32_t sangao_best(void) {
#ifdef WITH_X86
    return __builtin_cpu_supports("avx2") ? 2 : 1;
#else
    return 0;
#endif
}

int32_t sangao_run(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                   int64_t rows, int32_t most) {
    if (start < 0 || rows < 0 || start % CHUNK) return -2;
    for (int32_t i = 0; i < program->slots; i++)
        if (slots[i].offset < 0 || (rows && !slots[i].data && program->slot[i] != SLOT_BITS)) return -2;
    if (!rows) return 0;
    size_t planes = (size_t)program->planes * WORDS, numbers = (size_t)program->numbers * CHUNK;
    uint64_t *block = malloc((planes + numbers + 8) * 8);
    if (!block) return -1;
    uint64_t *aligned = (uint64_t *)(void *)(((uintptr_t)block + 63) & ~(uintptr_t)63);
    chunk k = {program, slots, outs, aligned, (int64_t *)(void *)(aligned + planes), start, 0, 0};
    const primitives *use = &PLAIN;
    int best = sangao_best() < most ? sangao_best() : most;
#ifdef WITH_X86
    use = best == 2 ? &WIDE : best == 1 ? &SSE2 : &PLAIN;
#endif
    for (int64_t left = rows; left > 0; left -= CHUNK, k.start += CHUNK) {
        k.rows = left < CHUNK ? (int)left : CHUNK;
        k.more = left >= 2 * CHUNK;
#ifdef WITH_X86
        if (best == 2) {
            run_wide(&k, use);
            continue;
        }
#endif
        run_base(&k, use);
    }
    (void)best;
    free(block);
    return 0;
}
