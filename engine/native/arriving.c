/* Columns of a table on their way to slots, each in one pass; what it means stands in engine/run. */

#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include "arriving.h"

/* Added and taken away again, it rounds a double below 2**51 half to even, as `rint` does; beyond, a double stays far
   beyond 2**31, which is all that is asked of it. INVARIANT: no product is fused with a sum (-ffp-contract=off). */
static const double ROUND = 6755399441055744.0;

int64_t sangao_steps(const double *numbers, const uint8_t *known, int64_t offset, int64_t rows, double factor,
                     double slack, double slope, double least, double most, uint8_t *there, int64_t *steps)
{
    int64_t left = 0;
    for (int64_t i = 0; i < rows; i++) {
        int64_t place = offset + i;
        int given = known == NULL || (known[place >> 3] >> (place & 7) & 1);
        double near = numbers[place] * factor;
        double whole = (near + ROUND) - ROUND;
        int good = given & (fabs(near - whole) < slack - fabs(near) * slope) & (whole >= least) & (whole <= most);
        there[i] = (uint8_t)good;
        steps[i] = (int64_t)(good ? whole : 0.0);
        left += given & !good;
    }
    return left;
}

int64_t sangao_numbered(int64_t *codes, int64_t rows, int32_t *places, int64_t number, int64_t *first)
{
    int32_t found = 0;
    for (int64_t i = 0; i < number; i++) places[i] = -1;
    for (int64_t i = 0; i < rows; i++) {
        int64_t code = codes[i];
        if (code < 0 || code >= number) return -1;
        if (places[code] < 0) {
            first[found] = i;
            places[code] = found++;
        }
        codes[i] = places[code];
    }
    return found;
}
