/* The equations of engine/formulas.py that a program may rest on, solved before it runs. Whether their inputs can be
   used at all is the program's to say; here it matters only that every number gives the right one or none. */

#include <math.h>

#include "pack.h"

enum { POWERS, KIDNEY_2009, KIDNEY_2021, DUE };

static const double HAIR = 1e-7; /* in steps of the result: farther from a rounding edge, doubles round as decimals do */

/* a * b, or 0 where it has no room. */
static uint64_t product(uint64_t a, uint64_t b) { return b && a > (UINT64_C(1) << 62) / b ? 0 : a * b; }

/* A product of powers times a rational, rounded half-even, or cut where whole steps count. */
static int powers(const equation *of, const int32_t value[3], int64_t *low, int64_t *high) {
    uint64_t above = (uint64_t)of->over, below = (uint64_t)of->under;
    int nought = 0;
    for (int i = 0; i < 3; i++) {
        if (of->powers[i] && value[i] < 0) return 0;
        for (int n = of->powers[i]; n > 0; n--) above = product(above, (uint64_t)value[i]), nought |= !value[i];
        for (int n = of->powers[i]; n < 0; n++) below = product(below, (uint64_t)value[i]);
    }
    if (!below || (!above && !nought)) return 0;
    uint64_t whole = above / below, rest = above % below;
    if (!of->whole && (2 * rest > below || (2 * rest == below && whole & 1))) whole++;
    *low = *high = (int64_t)whole;
    return 1;
}

/* CKD-EPI: base × min(Scr/κ,1)^α × max(Scr/κ,1)^slope × yearly^age × factor if female, creatinine in mg/dL
   (2009: Levey AS et al., Ann Intern Med 2009;150:604; 2021: Inker LA et al., N Engl J Med 2021;385:1737). */
static double kidney(int32_t kind, double creatinine, double age, int female) {
    double kappa = female ? 0.7 : 0.9, ratio = creatinine / 88.4 / kappa;
    double least = ratio < 1.0 ? ratio : 1.0, most = ratio > 1.0 ? ratio : 1.0;
    if (kind == KIDNEY_2009)
        return 141.0 * pow(least, female ? -0.329 : -0.411) * pow(most, -1.209) * pow(0.993, age) *
               (female ? 1.018 : 1.0);
    return 142.0 * pow(least, female ? -0.241 : -0.302) * pow(most, -1.200) * pow(0.9938, age) * (female ? 1.012 : 1.0);
}

static int rounded(double steps, int64_t *low, int64_t *high) {
    if (!(steps > -1e9 && steps < 1e9)) return 0;
    double below = floor(steps), part = steps - below;
    *low = (int64_t)below + (part > 0.5 + HAIR);
    *high = (int64_t)below + (part > 0.5 - HAIR); /* at the edge either may be right, and both stay possible */
    return 1;
}

int sangao_solve(const equation *of, const sangao_input *input, const int32_t value[3], int32_t *low, int32_t *high) {
    int64_t least, most;
    for (int i = 0; i < 3; i++)
        if (of->input[i] >= 0 && (value[i] < of->reach[i][0] || value[i] > of->reach[i][1])) return 0;
    if (of->kind == POWERS) {
        if (!powers(of, value, &least, &most)) return 0;
    } else if (of->kind == DUE) {
        if (value[0] < FIRST_DAY || value[0] > LAST_DAY) return 0;
        least = most = sangao_due(value[0], of->powers[0], of->powers[1], of->powers[2]);
    } else {
        const sangao_input *creatinine = input + of->input[0], *age = input + of->input[1];
        double scr = (double)value[0] * creatinine->step_over / creatinine->step_under;
        double years = (double)value[1] * age->step_over / age->step_under;
        double one = (double)of->over / (double)of->under;
        if (!rounded(kidney(of->kind, scr, years, value[2] == of->female) / one, &least, &most)) return 0;
    }
    if (least < of->low || most > of->high) return 0;
    *low = (int32_t)least, *high = (int32_t)most;
    return 1;
}
