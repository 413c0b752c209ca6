/* Opens a `.sangao` file for hosts and says what it holds. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pack.h"

enum { FILE_VERSION = 4, FILE_HEAD = 16, ENTRY = 64, SECTIONS = 64 };

static const char *const CODES[] = {
    "done",
    "the file cannot be read",
    "not a pack file",
    "written by a newer sangao than this library",
    "the pack file is damaged",
    "the pack file holds no program",
    "no memory",
    "an argument makes no sense",
    "the decision is not in the program",
    "written by an older sangao, and not safe to answer by any more: build it again",
};

const char *sangao_code_text(int32_t code) {
    return code >= 0 && code < (int32_t)(sizeof CODES / sizeof *CODES) ? CODES[code] : "no code of this library";
}

int32_t sangao_fail(sangao_why *why, int32_t code, const char *format, ...) {
    if (!why) return code;
    why->code = code;
    int used = snprintf(why->text, sizeof why->text, "%s", sangao_code_text(code));
    if (format && used > 0 && (size_t)used + 3 < sizeof why->text) {
        va_list parts;
        va_start(parts, format);
        memcpy(why->text + used, ": ", 3);
        vsnprintf(why->text + used + 2, sizeof why->text - (size_t)used - 2, format, parts);
        va_end(parts);
    }
    return code;
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

static uint64_t u64(const uint8_t *at) { return (uint64_t)u32(at) | (uint64_t)u32(at + 4) << 32; }

static int called(const uint8_t *entry, const char *name) {
    char padded[16] = {0};
    memcpy(padded, name, strlen(name));
    return memcmp(entry, padded, sizeof padded) == 0;
}

int32_t sangao_pack_read(const void *bytes, size_t size, sangao_pack **pack, sangao_why *why) {
    if (why) *why = (sangao_why){0};
    if (!pack) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "`pack` is NULL");
    *pack = NULL;
    if (!bytes) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "`bytes` is NULL");
    const uint8_t *at = bytes;
    if (size < FILE_HEAD || memcmp(at, "SANGAOPK", 8) != 0) return sangao_fail(why, SANGAO_NOT_A_PACK, NULL);
    if (u32(at + 8) > FILE_VERSION) return sangao_fail(why, SANGAO_NEWER, "a file of version %u", (unsigned)u32(at + 8));
    if (u32(at + 8) < FILE_VERSION) return sangao_fail(why, SANGAO_OLDER, "a file of version %u", (unsigned)u32(at + 8));
    uint32_t many = u32(at + 12);
    if (many > SECTIONS || size - FILE_HEAD < (size_t)many * ENTRY) return sangao_fail(why, SANGAO_DAMAGED, "its head");
    const uint8_t *program = NULL, *meaning = NULL;
    for (uint32_t i = 0; i < many; i++) {
        const uint8_t *entry = at + FILE_HEAD + (size_t)i * ENTRY;
        uint64_t start = u64(entry + 16), length = u64(entry + 24);
        if (start > size || length > size - start) return sangao_fail(why, SANGAO_DAMAGED, "it ends too early");
        if (called(entry, "program")) program = entry;
        if (called(entry, "meaning")) meaning = entry;
    }
    if (!meaning) return sangao_fail(why, SANGAO_DAMAGED, "it has no meaning");
    if (!program) return sangao_fail(why, SANGAO_NO_PROGRAM, "write it again with `sangao build`");
    uint8_t digest[32];
    const uint8_t *data = at + u64(program + 16);
    size_t length = (size_t)u64(program + 24);
    sangao_sha256(data, length, digest);
    if (memcmp(digest, program + 32, 32) != 0) return sangao_fail(why, SANGAO_DAMAGED, "its program was changed");
    return sangao_section(data, length, meaning + 32, pack, why);
}

int32_t sangao_pack_open(const char *path, sangao_pack **pack, sangao_why *why) {
    if (why) *why = (sangao_why){0};
    if (pack) *pack = NULL;
    if (!path || !pack) return sangao_fail(why, SANGAO_BAD_ARGUMENT, "`path` or `pack` is NULL");
    FILE *file = fopen(path, "rb");
    if (!file) return sangao_fail(why, SANGAO_UNREADABLE, "%s", path);
    uint8_t *data = NULL;
    size_t size = 0, room = 0;
    int32_t code = SANGAO_OK;
    for (;;) {
        if (size == room) {
            uint8_t *more = room > SIZE_MAX / 4 ? NULL : realloc(data, room = room ? 2 * room : 1 << 20);
            if (!more) {
                code = sangao_fail(why, SANGAO_NO_MEMORY, NULL);
                break;
            }
            data = more;
        }
        size_t got = fread(data + size, 1, room - size, file);
        size += got;
        if (!got) break;
    }
    if (!code && ferror(file)) code = sangao_fail(why, SANGAO_UNREADABLE, "%s", path);
    fclose(file);
    if (!code) code = sangao_pack_read(data, size, pack, why);
    free(data);
    return code;
}

void sangao_pack_close(sangao_pack *pack) {
    if (!pack) return;
    sangao_close(pack->program);
    free(pack->input);
    free(pack->decision);
    free(pack->feed);
    free(pack->told);
    free(pack->equation);
    free(pack->name);
    free(pack->text);
    free(pack);
}

/* --- looking round ------------------------------------------------------------------------------------------------ */

int32_t sangao_pack_about(const sangao_pack *pack, sangao_about *about) {
    if (!pack || !about) return SANGAO_BAD_ARGUMENT;
    *about = pack->about;
    return SANGAO_OK;
}

const sangao_input *sangao_input_at(const sangao_pack *pack, int32_t at) {
    return pack && at >= 0 && at < pack->about.inputs ? pack->input + at : NULL;
}

const sangao_decision *sangao_decision_at(const sangao_pack *pack, int32_t at) {
    return pack && at >= 0 && at < pack->about.decisions ? pack->decision + at : NULL;
}

int32_t sangao_input_find(const sangao_pack *pack, const char *id) {
    for (int32_t i = 0; pack && id && i < pack->about.inputs; i++)
        if (strcmp(pack->input[i].id, id) == 0) return i;
    return -1;
}

int32_t sangao_decision_find(const sangao_pack *pack, const char *id) {
    for (int32_t i = 0; pack && id && i < pack->about.decisions; i++)
        if (strcmp(pack->decision[i].id, id) == 0) return i;
    return -1;
}
