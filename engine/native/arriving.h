/* The C twins of engine/run/rounding and of the table in engine/run/vectors: columns of a table on their way to slots.
   Read by the C compiler and by cffi; plain declarations only. */

/* Numbers -> the nearest grid step of each, where doubles prove it and it lies in [least, most]; 0 elsewhere.
   `known` is an Arrow bitmap (NULL: all are), its first bit and the first number are `offset` places in. A step is
   proved when `number * factor` is nearer to it than `slack - |number * factor| * slope`. Returns how many known numbers
   are left without one. */
int64_t sangao_steps(const double *numbers, const uint8_t *known, int64_t offset, int64_t rows, double factor,
                     double slack, double slope, double least, double most, uint8_t *there, int64_t *steps);

/* Codes in [0, number) -> in `codes` the place of each in the order in which they first stand, in `first` the row of that.
   `places` is room for `number` integers, `first` for as many as there may be. Returns how many differ, -1 (with `codes`
   half done) where one is out of range. */
int64_t sangao_numbered(int64_t *codes, int64_t rows, int32_t *places, int64_t number, int64_t *first);
