import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Checks recorded cases: one by one, then all of one decision at once. java Cases PACK.sangao CASES.tsv */
public final class Cases {
    private static final String[] STATUS = {"settled", "provisional", "unknown"};

    /** A case as the file has it: the row of integers, the decision, the line of its answer. */
    private record Case(String it, int[] values, byte[] states, int asked, String answer) {}

    private static String items(Sangao.Entry of, long mask) {
        List<String> found = new ArrayList<>();
        for (int i = 0; i < of.codes().length; i++) if ((mask >>> i & 1) == 1) found.add(of.codes()[i]);
        return String.join("|", found);
    }

    private static String worded(Sangao.Entry of, long value) {
        if (value == Sangao.NONE) return "-";
        return switch (of.kind()) {
            case "set" -> items(of, value);
            case "bool", "code" -> of.codes()[(int) value];
            default -> Long.toString(value);
        };
    }

    private static String line(Sangao.Entry of, Sangao.Answer answer) {
        boolean counts = of.kind().equals("number") || of.kind().equals("date");
        return String.join("\t", "ask", of.id(), STATUS[answer.status()], worded(of, answer.value()),
            worded(of, answer.atLeast()), worded(of, answer.atMost()), counts ? "-" : items(of, answer.possible()));
    }

    private static List<Case> read(Sangao pack, Path file) throws Exception {
        List<Case> found = new ArrayList<>();
        int[] values = new int[pack.inputs.length];
        byte[] states = new byte[pack.inputs.length];
        String it = "";
        for (String text : Files.readAllLines(file)) {
            String[] parts = text.split("\t", -1);
            switch (parts[0]) {
                case "case" -> {
                    it = parts[1];
                    Arrays.fill(states, (byte) Sangao.BLANK);
                }
                case "give" -> {
                    int at = Sangao.find(pack.inputs, parts[1]);
                    boolean unsure = parts[2].equals("unsure");
                    states[at] = (byte) (unsure ? Sangao.UNSURE : Sangao.GIVEN);
                    values[at] = unsure ? 0 : Integer.parseInt(parts[2]);
                }
                case "ask" -> found.add(new Case(it, values.clone(), states.clone(), Sangao.find(pack.decisions, parts[1]), text));
                default -> { }
            }
        }
        return found;
    }

    private static int check(Sangao pack, Case one, Sangao.Answer answer) {
        String found = line(pack.decisions[one.asked()], answer);
        if (found.equals(one.answer())) return 0;
        System.out.println(one.it() + "\n  recorded " + one.answer() + "\n  answered " + found);
        return 1;
    }

    private static int together(Sangao pack, List<Case> cases, int asked) {
        List<Case> some = cases.stream().filter(one -> one.asked() == asked).toList();
        int[][] values = new int[pack.inputs.length][some.size()];
        byte[][] states = new byte[pack.inputs.length][some.size()];
        int[] inputs = new int[pack.inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = i;
            for (int j = 0; j < some.size(); j++) {
                values[i][j] = some.get(j).values()[i];
                states[i][j] = some.get(j).states()[i];
            }
        }
        long[][] found = pack.stratify(inputs, values, states, asked, some.size());
        int wrong = 0;
        for (int j = 0; j < some.size(); j++)
            wrong += check(pack, some.get(j), new Sangao.Answer((int) found[0][j], found[1][j], found[2][j], found[3][j], found[4][j]));
        return wrong;
    }

    public static void main(String[] args) throws Exception {
        try {
            new Sangao("no pack at all".getBytes());
            throw new AssertionError("what is no pack was opened");
        } catch (Sangao.Refused error) {
            if (error.code != 2) throw error;
        }
        try (Sangao pack = new Sangao(Files.readAllBytes(Path.of(args[0])))) {
            List<Case> cases = read(pack, Path.of(args[1]));
            int wrong = 0;
            for (Case one : cases) wrong += check(pack, one, pack.decide(one.values(), one.states(), one.asked())[0]);
            for (int asked : cases.stream().mapToInt(Case::asked).distinct().toArray()) wrong += together(pack, cases, asked);
            System.out.println(cases.size() + " cases, " + wrong + " answered otherwise than recorded");
            if (wrong > 0 || cases.isEmpty()) System.exit(1);
        }
    }
}
