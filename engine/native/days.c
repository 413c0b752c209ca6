/* Days as ordinals of the calendar: 0001-01-01 is 1. Spans are those of engine/quantity/span.py. */

#include "pack.h"

static int leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static int32_t before_month(int32_t year, int32_t month) { /* days of a year before a month */
    static const int32_t days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    return days[month - 1] + (month > 2 && leap(year));
}

static int32_t before_year(int32_t year) { return 365 * (year - 1) + (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400; }

static int32_t last_of(int32_t year, int32_t month) {
    return month == 12 ? 31 : before_month(year, month + 1) - before_month(year, month);
}

int32_t sangao_day(int32_t year, int32_t month, int32_t day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > last_of(year, month)) return 0;
    return before_year(year) + before_month(year, month) + day;
}

/* A day as 512 * year + 32 * month + day of the month. */
static int32_t calendar(int32_t day) {
    int32_t year = day / 366 + 1, month = 12; /* never beyond the year looked for */
    while (before_year(year + 1) < day) year++;
    while (before_month(year, month) >= day - before_year(year)) month--;
    return 512 * year + 32 * month + day - before_year(year) - before_month(year, month);
}

int32_t sangao_years(int32_t born, int32_t on) {
    if (born < FIRST_DAY || on > LAST_DAY || on < born) return -1;
    int32_t first = calendar(born), last = calendar(on);
    return last / 512 - first / 512 - (last % 512 < first % 512);
}

int32_t sangao_due(int32_t from, int32_t months, int32_t days, int at_year_end) {
    int32_t when = calendar(from), year = when / 512, month = when / 32 % 16, day = when % 32;
    if (at_year_end) month = 12, day = 31;
    int64_t whole = (int64_t)year * 12 + month - 1 + months;
    if (whole / 12 > 9999) return LAST_DAY;
    year = (int32_t)(whole / 12), month = (int32_t)(whole % 12) + 1;
    if (day > last_of(year, month)) day = last_of(year, month); /* the 31st of a short month is its last day */
    int64_t found = (int64_t)sangao_day(year, month, day) + days;
    return found > LAST_DAY ? LAST_DAY : (int32_t)found;
}
