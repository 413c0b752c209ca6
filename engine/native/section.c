/* Reads the section `program` of a pack file (engine/run/library.py writes it). Every number in it is checked before
   it is used; what does not fit rejects the file. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

enum { SECTION_HEAD = 72, WORDS = 17, EQUATION = 21, LARGE = 1 << 24 };

typedef struct {
    const uint8_t *at; /* of the next word */
    uint32_t heap, names, inputs, decisions, equations, slots, program;
} reader;

static int32_t word(reader *r) {
    uint32_t bits = u32(r->at);
    int32_t value;
    memcpy(&value, &bits, sizeof value);
    r->at += 4;
    return value;
}

/* Whether bytes are UTF-8 as Unicode defines it: shortest form, no surrogates, nothing beyond U+10FFFF. */
static int utf8(const uint8_t *at, size_t size) {
    for (size_t i = 0; i < size;) {
        uint8_t first = at[i++];
        if (first < 0x80) continue;
        int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        if (first < 0xc2 || first > 0xf4 || size - i < (size_t)more) return 0;
        uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (at[i] < low || at[i] > high) return 0;
        for (int j = 1; j < more; j++)
            if ((at[i + (size_t)j] & 0xc0) != 0x80) return 0;
        i += (size_t)more;
    }
    return 1;
}

/* The text whose place is the next word; NULL when no text begins there. */
static const char *text(reader *r, const sangao_pack *p) {
    int32_t at = word(r);
    if (at < 0 || (uint32_t)at >= r->heap || (at && p->text[at - 1])) return NULL;
    return p->text + at;
}

/* The names that the next two words point to; 0 when they lie outside. */
static int names(reader *r, const sangao_pack *p, const sangao_name **first, int32_t *many) {
    int32_t at = word(r);
    *many = word(r);
    if (at < 0 || *many < 0 || (uint64_t)at + (uint64_t)*many > r->names) return 0;
    *first = p->name + at;
    return 1;
}

static int grid(reader *r, int32_t *over, int32_t *under) {
    *over = word(r), *under = word(r);
    return *over > 0 && *under > 0;
}

static int output(const sangao_pack *p, int32_t at, int32_t kind) { return sangao_out_kind(p->program, at) == kind; }

static int read_input(reader *r, sangao_pack *p, int32_t number) {
    sangao_input *one = p->input + number;
    feed *of = p->feed + number;
    const char **texts[] = {&one->id, &one->zh, &one->en, &one->unit, &one->list, &one->formula};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!(*texts[i] = text(r, p))) return 0;
    one->kind = word(r), one->origin = word(r), one->alone = word(r);
    if (!grid(r, &one->step_over, &one->step_under)) return 0;
    one->low = word(r), one->high = word(r);
    if (!names(r, p, &one->code, &one->codes)) return 0;
    of->outside = word(r), of->denied = word(r);
    if (one->kind < SANGAO_BOOL || one->kind > SANGAO_DATE || one->origin < SANGAO_FACT || one->origin > SANGAO_WINDOW)
        return 0;
    if (!*one->id || one->low > one->high || (one->alone & ~1)) return 0;
    if (one->kind == SANGAO_BOOL ? one->codes != 2 : one->kind == SANGAO_CODED ? one->codes < 1 || one->codes > 255 : one->codes)
        return 0;
    if (of->outside != -1 && !output(p, of->outside, OUT_BITS)) return 0;
    if (of->denied != -1 && !output(p, of->denied, OUT_BITS)) return 0;
    of->slot[0] = of->slot[1] = of->slot[2] = -1;
    return 1;
}

static int read_decision(reader *r, sangao_pack *p, int32_t number) {
    static const int32_t closed[6] = {OUT_MASK, OUT_MASK, -1, -1, -1, -1};
    static const int32_t sets[6] = {OUT_MASK, OUT_MASK, OUT_MASK, OUT_MASK, -1, -1};
    static const int32_t ends[6] = {OUT_BITS, OUT_BITS, OUT_NUMBER, OUT_NUMBER, OUT_NUMBER, OUT_NUMBER};
    static const int32_t *const kinds[] = {closed, closed, ends, ends, sets};
    static const int32_t most[] = {2, 64, 0, 0, 63};
    sangao_decision *one = p->decision + number;
    const char **texts[] = {&one->id, &one->zh, &one->en, &one->unit, &one->refused};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!(*texts[i] = text(r, p))) return 0;
    one->kind = word(r), one->ordered = word(r);
    if (!grid(r, &one->step_over, &one->step_under) || !names(r, p, &one->outcome, &one->outcomes)) return 0;
    for (int i = 0; i < 6; i++) p->told[number].out[i] = word(r);
    if (one->kind < SANGAO_BOOL || one->kind > SANGAO_SET || (one->ordered & ~1) || !*one->id) return 0;
    for (int i = 0; i < 6; i++) {
        int32_t out = p->told[number].out[i], kind = *one->refused ? -1 : kinds[one->kind][i];
        if (kind < 0 ? out != -1 : !output(p, out, kind)) return 0;
    }
    if (*one->refused) return 1;
    if (one->kind == SANGAO_BOOL) return one->outcomes == 2;
    return one->outcomes <= most[one->kind] && (one->kind != SANGAO_CODED || one->outcomes > 0);
}

static int64_t word64(reader *r) {
    uint64_t bits = (uint64_t)u32(r->at) | (uint64_t)u32(r->at + 4) << 32;
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    r->at += 8;
    return value;
}

static int read_equation(reader *r, sangao_pack *p, int32_t number) {
    equation *one = p->equation + number;
    int32_t used = 0;
    one->kind = word(r);
    for (int i = 0; i < 3; i++) one->input[i] = word(r);
    for (int i = 0; i < 3; i++) one->powers[i] = word(r);
    one->whole = word(r), one->female = word(r);
    one->over = word64(r), one->under = word64(r);
    for (int i = 0; i < 3; i++) one->reach[i][0] = word(r), one->reach[i][1] = word(r);
    one->low = word(r), one->high = word(r);
    one->slot[0] = one->slot[1] = one->slot[2] = -1;
    for (int i = 0; i < 3; i++) {
        if (one->input[i] < -1 || one->input[i] >= p->about.inputs) return 0;
        if (one->kind == 0 && (one->powers[i] < -4 || one->powers[i] > 4 || (one->input[i] < 0 && one->powers[i])))
            return 0;
        if (one->kind == 3 && (one->powers[i] < 0 || one->powers[i] > LARGE)) return 0;
        used += one->input[i] >= 0;
    }
    if (one->over <= 0 || one->under <= 0 || one->over >> 62 || one->under >> 62 || one->low > one->high) return 0;
    if (one->kind == 3) return one->input[0] >= 0;
    return one->kind == 0 ? used > 0 : one->kind > 0 && one->kind < 3 && used == 3;
}

/* Each slot of the program belongs to one part of one input or equation, and holds what that part is. */
static int read_slots(reader *r, sangao_pack *p) {
    static const int32_t values[] = {SLOT_BITS, SLOT_BYTE, SLOT_INT32, SLOT_INT32};
    if (r->slots != (uint32_t)sangao_slots(p->program)) return 0;
    for (int32_t i = 0; i < (int32_t)r->slots; i++) {
        int32_t at = word(r), part = word(r);
        if (at < 0 || part < PART_VALUE || part > PART_FOUND) return 0;
        if (at >= (part < PART_LOW ? p->about.inputs : p->equations)) return 0;
        int32_t *slot = part < PART_LOW ? p->feed[at].slot + part : p->equation[at].slot + part - PART_LOW;
        int32_t kind = part == PART_LOW || part == PART_HIGH ? SLOT_INT32 : SLOT_BITS;
        if (part == PART_VALUE) kind = values[p->input[at].kind];
        if (sangao_slot_kind(p->program, i) != kind || *slot >= 0) return 0;
        *slot = i;
    }
    return 1;
}

/* Bytes of the tables between the head and the texts. */
static uint64_t tables(const reader *r) {
    uint64_t words = 6 + 3 * (uint64_t)r->names + WORDS * ((uint64_t)r->inputs + r->decisions);
    return 4 * (words + EQUATION * (uint64_t)r->equations + 2 * (uint64_t)r->slots);
}

/* What is wrong with a section, or NULL. */
static const char *fill(sangao_pack *p, reader *r, const uint8_t *hash) {
    const uint8_t *heap = r->at + tables(r);
    const uint8_t *program = heap + r->heap;
    char why[80];
    p->about.inputs = (int32_t)r->inputs, p->about.decisions = (int32_t)r->decisions;
    p->equations = (int32_t)r->equations;
    p->equation = calloc((size_t)r->equations + 1, sizeof *p->equation);
    p->input = calloc((size_t)r->inputs + 1, sizeof *p->input);
    p->decision = calloc((size_t)r->decisions + 1, sizeof *p->decision);
    p->feed = calloc((size_t)r->inputs + 1, sizeof *p->feed);
    p->told = calloc((size_t)r->decisions + 1, sizeof *p->told);
    p->name = calloc((size_t)r->names + 1, sizeof *p->name);
    p->text = malloc(r->heap);
    if (!p->input || !p->decision || !p->feed || !p->told || !p->equation || !p->name || !p->text) return "";
    memcpy(p->text, heap, r->heap);
    if (p->text[0] || p->text[r->heap - 1] || !utf8(heap, r->heap)) return "texts";
    p->program = sangao_open(program, r->program, why, sizeof why);
    if (!p->program) return strcmp(why, "no memory") == 0 ? "" : "the program is not sound";
    const char **texts[] = {&p->about.id, &p->about.edition, &p->about.zh, &p->about.en, &p->about.from, &p->about.until};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!(*texts[i] = text(r, p))) return "texts";
    for (uint32_t i = 0; i < r->names; i++) {
        sangao_name *one = p->name + i;
        if (!(one->id = text(r, p)) || !(one->zh = text(r, p)) || !(one->en = text(r, p))) return "names";
    }
    for (int32_t i = 0; i < p->about.inputs; i++)
        if (!read_input(r, p, i)) return "inputs";
    for (int32_t i = 0; i < p->about.decisions; i++)
        if (!read_decision(r, p, i)) return "decisions";
    for (int32_t i = 0; i < p->equations; i++)
        if (!read_equation(r, p, i)) return "equations";
    if (!read_slots(r, p)) return "slots";
    for (int i = 0; i < 32; i++) snprintf(p->hash + 2 * i, 3, "%02x", hash[i]);
    p->about.hash = p->hash;
    return NULL;
}

int32_t sangao_section(const uint8_t *at, size_t size, const uint8_t *meaning, sangao_pack **pack, sangao_why *why) {
    if (size < SECTION_HEAD || memcmp(at, "SANGHOST", 8) != 0) return sangao_fail(why, SANGAO_DAMAGED, "its program");
    if (u32(at + 8) > 1) return sangao_fail(why, SANGAO_NEWER, "its program is of version %u", (unsigned)u32(at + 8));
    reader r = {at + SECTION_HEAD, u32(at + 12), u32(at + 16), u32(at + 20),
                u32(at + 24),      u32(at + 28), u32(at + 32), u32(at + 36)};
    const uint32_t sizes[] = {r.heap, r.names, r.inputs, r.decisions, r.equations, r.slots, r.program};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i] > LARGE) return sangao_fail(why, SANGAO_DAMAGED, "the sizes of its program");
    if (u32(at + 8) != 1 || !r.heap || SECTION_HEAD + tables(&r) + r.heap + r.program != size)
        return sangao_fail(why, SANGAO_DAMAGED, "the sizes of its program");
    if (memcmp(at + 40, meaning, 32) != 0) return sangao_fail(why, SANGAO_DAMAGED, "its program is of another pack");
    sangao_pack *made = calloc(1, sizeof *made);
    if (!made) return sangao_fail(why, SANGAO_NO_MEMORY, NULL);
    const char *wrong = fill(made, &r, meaning);
    if (wrong) {
        sangao_pack_close(made);
        return *wrong ? sangao_fail(why, SANGAO_DAMAGED, "%s", wrong) : sangao_fail(why, SANGAO_NO_MEMORY, NULL);
    }
    *pack = made;
    return SANGAO_OK;
}
