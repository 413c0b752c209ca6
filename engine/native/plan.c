/* From a verified program to what is run: the part of it that is wanted, laid out so that it runs fast.

   What comes in stands first and is done once a chunk. The rest is done tile by tile, so that registers stay in the
   nearest cache. Steps that join two planes stand together as gates of one shape: running them branches nowhere. */

#include <stdlib.h>
#include <string.h>

#include "inside.h"

enum { FIRST = 1, SECOND = 2 }; /* which operand of a gate is turned round */

typedef struct {
    const sangao_program *of;
    plan *made;
    step *leaf, *body;
    gate *gate;
    int32_t *place; /* where the value of a plane stands: in its register, or in a leaf, behind all registers */
} planner;

static void join(planner *p, int32_t d, int32_t a, int32_t b, int32_t turned) {
    plan *made = p->made;
    if (!made->bodies || p->body[made->bodies - 1].op != GATES)
        p->body[made->bodies++] = (step){GATES, 0, made->gates, 0, 0};
    p->body[made->bodies - 1].b++;
    p->gate[made->gates++] = (gate){d, p->place[a], p->place[b], turned};
    p->place[d] = d;
}

/* All but gates read registers: a leaf that they want is brought there, once. */
static void settle(planner *p, int32_t plane) {
    if (p->place[plane] != plane) join(p, plane, plane, plane, 0);
}

static void lay(planner *p, const step *s) {
    plan *made = p->made;
    switch (s->op) {
    case AND:
        join(p, s->d, s->a, s->b, 0);
        return;
    case ANDN:
        join(p, s->d, s->a, s->b, SECOND);
        return;
    case NOR:
        join(p, s->d, s->a, s->b, FIRST | SECOND);
        return;
    case NOT:
        join(p, s->d, s->a, s->a, FIRST | SECOND);
        return;
    case BITS:
    case GE32:
    case EQ8:
        p->leaf[made->leaves] = *s;
        p->place[s->d] = p->of->planes + made->leaves++;
        return;
    case ZERO:
    case ONE:
    case GEC:
    case GE:
        p->place[s->d] = s->d;
        break;
    case OUT:
    case SEL:
        settle(p, s->a);
        break;
    case SUM:
    case PACK:
        for (int32_t i = 0, by = s->op == SUM ? 2 : 1; i < s->b; i++) settle(p, p->of->list[s->a + by * i]);
        break;
    default:
        break;
    }
    p->body[made->bodies++] = *s;
}

plan *sangao_plan(const sangao_program *of) {
    size_t steps = (size_t)of->steps; /* a leaf is brought to a register at most once: neither list gets longer */
    plan *made = malloc(sizeof *made + steps * (2 * sizeof(step) + sizeof(gate)) + 16);
    int32_t *place = malloc(sizeof(int32_t) * ((size_t)of->planes + 1));
    if (made && place) {
        step *leaf = (step *)(void *)(made + 1);
        gate *gates = (gate *)(void *)(leaf + 2 * steps);
        *made = (plan){0, 0, 0, leaf, leaf + steps, gates};
        for (int32_t i = 0; i < of->planes; i++) place[i] = i;
        planner p = {of, made, leaf, leaf + steps, gates, place};
        for (int32_t i = 0; i < of->steps; i++) lay(&p, of->code + i);
    } else {
        free(made);
        made = NULL;
    }
    free(place);
    return made;
}

/* What a step reads becomes needed: planes and numbers by their registers. */
static void need(const sangao_program *of, const step *s, uint8_t *planes, uint8_t *numbers) {
    switch (s->op) {
    case AND:
    case ANDN:
    case NOR:
        planes[s->a] = planes[s->b] = 1;
        break;
    case NOT:
    case OUT:
        planes[s->a] = 1;
        break;
    case GE:
    case ADD:
    case MIN:
    case MAX:
        numbers[s->a] = numbers[s->b] = 1;
        break;
    case GEC:
    case MUL:
    case OUTN:
        numbers[s->a] = 1;
        break;
    case SEL:
        planes[s->a] = numbers[s->b] = numbers[s->c] = 1;
        break;
    case SUM:
    case PACK:
        for (int32_t i = 0, by = s->op == SUM ? 2 : 1; i < s->b; i++) planes[of->list[s->a + by * i]] = 1;
        break;
    default:
        break;
    }
}

sangao_program *sangao_part(const sangao_program *of, void *const *outs) {
    sangao_program *part = malloc(sizeof *part + sizeof(step) * ((size_t)of->steps + 1));
    uint8_t *planes = calloc((size_t)of->planes + (size_t)of->numbers + 1, 1), *numbers = planes + of->planes;
    if (part && planes) {
        step *end = (step *)(void *)(part + 1) + of->steps, *first = end;
        for (int32_t at = of->steps - 1; at >= 0; at--) { /* from the last: what writes a register nobody reads is gone */
            const step *s = of->code + at;
            uint8_t *written = s->op < LOAD ? planes + s->d : numbers + s->d;
            if (s->op >= OUT ? !outs[s->d] : !*written) continue;
            if (s->op < OUT) *written = 0;
            need(of, s, planes, numbers);
            *--first = *s;
        }
        *part = *of;
        part->code = first;
        part->steps = (int32_t)(end - first);
    }
    if (part) part->how = planes ? sangao_plan(part) : NULL;
    if (part && !part->how) free(part), part = NULL;
    free(planes);
    return part;
}
