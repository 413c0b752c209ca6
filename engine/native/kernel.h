/* The C twin of engine/run/columns: runs a flat program (engine/run/flat) over columns.
   Read by the C compiler and by cffi; plain declarations only. */

typedef struct sangao_program sangao_program;

/* One column that comes in: a bitmap (first patient in the lowest bit; NULL: everybody), bytes, int32 or int16. `offset`
   is the number of rows (bits, bytes, integers) before the first patient. */
typedef struct {
    const void *data;
    int64_t offset;
} sangao_slot;

/* Bytes of a program -> a verified copy, or NULL with a reason of at most `room` bytes in `why`. */
sangao_program *sangao_open(const uint8_t *bytes, size_t size, char *why, size_t room);
void sangao_close(sangao_program *program);

int32_t sangao_slots(const sangao_program *program);
int32_t sangao_outs(const sangao_program *program);
int32_t sangao_slot_kind(const sangao_program *program, int32_t slot); /* 0 bitmap, 1 bytes, 2 int32, 3 int16 */
int32_t sangao_out_kind(const sangao_program *program, int32_t out);   /* 0 bitmap, 1 bytes, 2 uint64, 3 int64 */

/* Rows of registers that a chunk holds; the first row of a run must be a multiple of it. */
int32_t sangao_chunk(void);

/* Which instructions are used: 0 portable C, 1 SSE2, 2 AVX2. `sangao_run` takes the best of them up to `most`. */
int32_t sangao_best(void);

/* Runs rows [start, start + rows) of columns; outputs are written at the same rows, one that is NULL is left out.
   Thread-safe. Returns 0, -1 without memory (nothing is written then), -2 for arguments that make no sense. */
int32_t sangao_run(const sangao_program *program, const sangao_slot *slots, void *const *outs, int64_t start,
                   int64_t rows, int32_t most);
