/* The C side of Sangao.java. Texts travel as bytes: Java's own UTF-8 of C strings is not UTF-8. */

#include <jni.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sangao.h"

static const sangao_pack *of(jlong pack) { return (const sangao_pack *)(intptr_t)pack; }

static jbyteArray bytes(JNIEnv *env, const char *text, size_t size) {
    jbyteArray found = (*env)->NewByteArray(env, (jsize)size);
    if (found) (*env)->SetByteArrayRegion(env, found, 0, (jsize)size, (const jbyte *)text);
    return found;
}

static void refuse(JNIEnv *env, const sangao_why *why) {
    jclass kind = (*env)->FindClass(env, "Sangao$Refused");
    jmethodID make = kind ? (*env)->GetMethodID(env, kind, "<init>", "(I[B)V") : NULL;
    jbyteArray text = make ? bytes(env, why->text, strlen(why->text)) : NULL;
    jobject thrown = text ? (*env)->NewObject(env, kind, make, (jint)why->code, text) : NULL;
    if (thrown) (*env)->Throw(env, thrown);
}

static void refuse_with(JNIEnv *env, int32_t code, const char *text) {
    sangao_why why = {code, ""};
    snprintf(why.text, sizeof why.text, "%s", text);
    refuse(env, &why);
}

JNIEXPORT jlong JNICALL Java_Sangao_open(JNIEnv *env, jclass self, jbyteArray file) {
    (void)self;
    sangao_why why = {0};
    sangao_pack *pack = NULL;
    jbyte *data = file ? (*env)->GetByteArrayElements(env, file, NULL) : NULL;
    if (!data) return refuse_with(env, SANGAO_BAD_ARGUMENT, "no file"), 0;
    int32_t code = sangao_pack_read(data, (size_t)(*env)->GetArrayLength(env, file), &pack, &why);
    (*env)->ReleaseByteArrayElements(env, file, data, JNI_ABORT);
    if (code) refuse(env, &why);
    return (jlong)(intptr_t)pack;
}

JNIEXPORT void JNICALL Java_Sangao_close(JNIEnv *env, jclass self, jlong pack) {
    (void)env, (void)self;
    sangao_pack_close((sangao_pack *)(intptr_t)pack);
}

JNIEXPORT jint JNICALL Java_Sangao_size(JNIEnv *env, jclass self, jlong pack, jboolean input) {
    (void)env, (void)self;
    sangao_about about = {0};
    sangao_pack_about(of(pack), &about);
    return input ? about.inputs : about.decisions;
}

/* id, zh, en, unit, kind, ordered, refused, codes; parted by tabs. */
JNIEXPORT jbyteArray JNICALL Java_Sangao_entry(JNIEnv *env, jclass self, jlong pack, jboolean input, jint at) {
    static const char *const KINDS[] = {"bool", "code", "number", "date", "set"};
    (void)self;
    const sangao_input *in = input ? sangao_input_at(of(pack), at) : NULL;
    const sangao_decision *out = input ? NULL : sangao_decision_at(of(pack), at);
    if (!in && !out) return refuse_with(env, SANGAO_BAD_ARGUMENT, "no such entry"), NULL;
    char text[16384];
    int used = in ? snprintf(text, sizeof text, "%s\t%s\t%s\t%s\t%s\t0\t\t", in->id, in->zh, in->en, in->unit, KINDS[in->kind])
                  : snprintf(text, sizeof text, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t", out->id, out->zh, out->en, out->unit,
                             KINDS[out->kind], (int)out->ordered, out->refused);
    const sangao_name *codes = in ? in->code : out->outcome;
    int32_t many = in ? in->codes : out->outcomes;
    for (int32_t i = 0; i < many && used > 0 && (size_t)used < sizeof text; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%s", i ? "|" : "", codes[i].id);
    if (used < 0 || (size_t)used >= sizeof text) return refuse_with(env, SANGAO_NO_MEMORY, "an entry is too long"), NULL;
    return bytes(env, text, (size_t)used);
}

JNIEXPORT jlongArray JNICALL Java_Sangao_decide(JNIEnv *env, jclass self, jlong pack, jintArray values, jbyteArray states,
                                                jintArray asked) {
    (void)self;
    sangao_about about = {0};
    if (sangao_pack_about(of(pack), &about)) return refuse_with(env, SANGAO_BAD_ARGUMENT, "the pack is closed"), NULL;
    if (!values || !states || !asked || (*env)->GetArrayLength(env, values) != about.inputs ||
        (*env)->GetArrayLength(env, states) != about.inputs)
        return refuse_with(env, SANGAO_BAD_ARGUMENT, "one value and one state per input are wanted"), NULL;
    jsize many = (*env)->GetArrayLength(env, asked);
    size_t inputs = (size_t)about.inputs, some = (size_t)many;
    jint *numbers = malloc((inputs + some + 1) * sizeof *numbers);
    jbyte *state = malloc(inputs + 1);
    sangao_answer *answers = malloc((some + 1) * sizeof *answers);
    jlong *flat = malloc((5 * some + 1) * sizeof *flat);
    jlongArray found = NULL;
    if (numbers && state && answers && flat) {
        (*env)->GetIntArrayRegion(env, values, 0, about.inputs, numbers);
        (*env)->GetIntArrayRegion(env, asked, 0, many, numbers + inputs);
        (*env)->GetByteArrayRegion(env, states, 0, about.inputs, state);
        sangao_why why;
        if (sangao_decide(of(pack), numbers, (const uint8_t *)state, numbers + inputs, many, answers, NULL, &why)) {
            refuse(env, &why);
        } else if ((found = (*env)->NewLongArray(env, 5 * many))) {
            for (size_t i = 0; i < some; i++) {
                jlong *to = flat + 5 * i;
                to[0] = answers[i].status, to[1] = answers[i].value, to[2] = answers[i].at_least;
                to[3] = answers[i].at_most, to[4] = (jlong)answers[i].possible;
            }
            (*env)->SetLongArrayRegion(env, found, 0, 5 * many, flat);
        }
    } else {
        refuse_with(env, SANGAO_NO_MEMORY, sangao_code_text(SANGAO_NO_MEMORY));
    }
    free(numbers), free(state), free(answers), free(flat);
    return found;
}

/* Columns are copied in and out: one patient's row never moves while libsangao looks at it. */
JNIEXPORT jobjectArray JNICALL Java_Sangao_stratify(JNIEnv *env, jclass self, jlong pack, jintArray inputs,
                                                    jobjectArray values, jobjectArray states, jint decision, jint rows) {
    (void)self;
    if (!inputs || !values || !states || rows < 0) return refuse_with(env, SANGAO_BAD_ARGUMENT, "no columns"), NULL;
    jsize many = (*env)->GetArrayLength(env, inputs);
    if ((*env)->GetArrayLength(env, values) != many || (*env)->GetArrayLength(env, states) != many)
        return refuse_with(env, SANGAO_BAD_ARGUMENT, "columns of different number"), NULL;
    size_t some = (size_t)many, people = (size_t)rows;
    sangao_column *columns = calloc(some + 1, sizeof *columns);
    int32_t *numbers = malloc((some * people + some + 1) * sizeof *numbers);
    uint8_t *state = malloc(some * people + people + 1);
    int64_t *out = malloc((4 * people + 1) * sizeof *out);
    jobjectArray found = NULL;
    sangao_why why = {0};
    int32_t code = columns && numbers && state && out ? SANGAO_OK : SANGAO_NO_MEMORY;
    if (!code) (*env)->GetIntArrayRegion(env, inputs, 0, many, numbers + some * people);
    for (size_t i = 0; !code && i < some; i++) {
        jintArray value = (*env)->GetObjectArrayElement(env, values, (jsize)i);
        jbyteArray known = (*env)->GetObjectArrayElement(env, states, (jsize)i);
        if (!value || !known || (*env)->GetArrayLength(env, value) < rows || (*env)->GetArrayLength(env, known) < rows) {
            code = SANGAO_BAD_ARGUMENT;
            break;
        }
        (*env)->GetIntArrayRegion(env, value, 0, rows, numbers + i * people);
        (*env)->GetByteArrayRegion(env, known, 0, rows, (jbyte *)state + i * people);
        columns[i] = (sangao_column){numbers[some * people + i], numbers + i * people, state + i * people, NULL};
        (*env)->DeleteLocalRef(env, value);
        (*env)->DeleteLocalRef(env, known);
    }
    if (code) {
        refuse_with(env, code, code == SANGAO_NO_MEMORY ? "no memory" : "a column is shorter than the rows");
    } else {
        uint8_t *status = state + some * people;
        sangao_answers answers = {decision, status, out, out + people, out + 2 * people, (uint64_t *)out + 3 * people};
        if (sangao_stratify(of(pack), columns, many, &answers, 1, rows, &why)) {
            refuse(env, &why);
        } else {
            jclass longs = (*env)->FindClass(env, "[J");
            found = longs ? (*env)->NewObjectArray(env, 5, longs, NULL) : NULL;
            jlong *line = malloc((people + 1) * sizeof *line);
            for (jsize i = 0; found && line && i < 5; i++) {
                for (size_t j = 0; j < people; j++) line[j] = i ? out[(size_t)(i - 1) * people + j] : status[j];
                jlongArray column = (*env)->NewLongArray(env, rows);
                if (!column) break;
                (*env)->SetLongArrayRegion(env, column, 0, rows, line);
                (*env)->SetObjectArrayElement(env, found, i, column);
                (*env)->DeleteLocalRef(env, column);
            }
            free(line);
        }
    }
    free(columns), free(numbers), free(state), free(out);
    return found;
}
