import java.nio.charset.StandardCharsets;

/** A pack of sangao in Java: one page of JNI over libsangao. Immutable; any number of threads may ask it at once. */
public final class Sangao implements AutoCloseable {
    public static final int BLANK = 0, GIVEN = 1, UNSURE = 2; // states of an input
    public static final int SETTLED = 0, PROVISIONAL = 1, UNKNOWN = 2; // statuses of an answer
    public static final long NONE = Long.MIN_VALUE;

    /** What is to be given, or asked: `codes` are those of an input or the outcomes of a decision, in order. */
    public record Entry(String id, String zh, String en, String unit, String kind, boolean ordered, String refused, String[] codes) {}

    /** One answer; `value`, `atLeast`, `atMost` are places of outcomes, steps, days or masks, or NONE. */
    public record Answer(int status, long value, long atLeast, long atMost, long possible) {}

    /** Something libsangao refused; the message says what is wrong. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        public final int code;

        Refused(int code, byte[] text) {
            super(new String(text, StandardCharsets.UTF_8));
            this.code = code;
        }
    }

    static {
        System.loadLibrary("sangaojni");
    }

    private long pack;
    public final Entry[] inputs, decisions;

    /** Opens the bytes of a `.sangao` file. */
    public Sangao(byte[] file) {
        pack = open(file);
        inputs = entries(true);
        decisions = entries(false);
    }

    private Entry[] entries(boolean input) {
        Entry[] found = new Entry[size(pack, input)];
        for (int i = 0; i < found.length; i++) {
            String[] parts = new String(entry(pack, input, i), StandardCharsets.UTF_8).split("\t", -1);
            String[] codes = parts[7].isEmpty() ? new String[0] : parts[7].split("\\|");
            found[i] = new Entry(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5].equals("1"), parts[6], codes);
        }
        return found;
    }

    /** Returns the place of an entry. Throws IllegalArgumentException for a name that is not there. */
    public static int find(Entry[] among, String id) {
        for (int i = 0; i < among.length; i++) if (among[i].id().equals(id)) return i;
        throw new IllegalArgumentException("the pack has no " + id);
    }

    /** Asks some decisions about one patient: `values` and `states` hold one item per input. */
    public Answer[] decide(int[] values, byte[] states, int... asked) {
        long[] flat = decide(pack, values, states, asked);
        Answer[] found = new Answer[asked.length];
        for (int i = 0; i < found.length; i++)
            found[i] = new Answer((int) flat[5 * i], flat[5 * i + 1], flat[5 * i + 2], flat[5 * i + 3], flat[5 * i + 4]);
        return found;
    }

    /** Asks one decision about many patients: `values[i]` and `states[i]` are the column of `inputs[i]`; five columns. */
    public long[][] stratify(int[] inputs, int[][] values, byte[][] states, int decision, int rows) {
        return stratify(pack, inputs, values, states, decision, rows);
    }

    @Override
    public void close() {
        close(pack);
        pack = 0;
    }

    private static native long open(byte[] file);
    private static native void close(long pack);
    private static native int size(long pack, boolean input);
    private static native byte[] entry(long pack, boolean input, int at);
    private static native long[] decide(long pack, int[] values, byte[] states, int[] asked);
    private static native long[][] stratify(long pack, int[] inputs, int[][] values, byte[][] states, int decision, int rows);
}
