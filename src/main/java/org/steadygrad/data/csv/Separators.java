package org.steadygrad.data.csv;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.DataSpec;

/**
 * What stands between cells.
 *
 * @param character of a separator, a blank for runs of blanks
 * @param declared whether the file's first line says it, as Excel's {@code sep=;}
 * @param noticed whether nobody said it
 */
record Separators(char character, boolean declared, boolean noticed) {
    private static final Pattern DECLARATION =
            Pattern.compile("\"?sep=(.)\"?[ \t]*(\r?\n|\r|$)", Pattern.CASE_INSENSITIVE);
    private static final List<Character> CANDIDATES = List.of('\t', ';', '|', ',', ' ');
    private static final int LINES = 500;

    /** Share of lines that must have the same number of cells, so that a faulty line is found as such later. */
    private static final double MOST = 0.9;

    /** @param head of the file */
    static Separators of(DataSpec.Csv spec, String file, String head) {
        Matcher declaration = DECLARATION.matcher(head);
        boolean declared = declaration.lookingAt();
        char saidByFile = declared ? declaration.group(1).charAt(0) : 0;
        String key = spec.separator();
        if (key.equals("auto")) {
            return declared
                    ? new Separators(saidByFile, true, false)
                    : new Separators(noticed(spec, head), false, true);
        }
        char said = key.equals("tab") ? '\t' : key.equals("blanks") ? ' ' : key.charAt(0);
        if (said == '"' || said == '\r' || said == '\n') {
            throw InvalidInputException.of(
                    "data.separator", "a character that can separate", key, "Usual ones are ',' and ';'.");
        }
        if (declared && said != saidByFile) {
            throw InvalidInputException.of(
                    file + ", line 1",
                    "the separator '" + key + "' of data.separator",
                    declaration.group().strip(),
                    "With data.separator: auto the file decides.");
        }
        return new Separators(said, declared, false);
    }

    /** Whether runs of blanks separate. */
    boolean blanks() {
        return character == ' ';
    }

    /** The text from which the declaration is taken out, but not its line, so that lines keep their numbers. */
    String without(String head) {
        return declared ? DECLARATION.matcher(head).replaceFirst("$2") : head;
    }

    String words() {
        return switch (character) {
            case ' ' -> "blanks";
            case '\t' -> "tabs";
            default -> "'" + character + "'";
        };
    }

    private static char noticed(DataSpec.Csv spec, String head) {
        for (char candidate : CANDIDATES) {
            if (fits(widths(head, candidate, spec.commentCharacter()))) {
                return candidate;
            }
        }
        return ',';
    }

    /** Whether nearly all rows have the same number of cells, above 1; the first may have one less or more. */
    private static boolean fits(List<Integer> widths) {
        if (widths.isEmpty()) {
            return false;
        }
        List<Integer> rows = widths.size() > 1 ? widths.subList(1, widths.size()) : widths;
        int width = rows.get(rows.size() / 2);
        long same = rows.stream().filter(w -> w == width).count();
        int less = width - widths.get(0);
        boolean header = less == 0 || less == 1 || (less == -1 && widths.get(0) > 1);
        return width > 1 && header && same >= MOST * rows.size();
    }

    /** Numbers of cells in the first lines; what stands in quotes doesn't count, lines without content neither. */
    private static List<Integer> widths(String head, char separator, int comment) {
        List<Integer> widths = new ArrayList<>();
        int at = 0;
        while (at < head.length() && widths.size() < LINES) {
            Line line = Line.of(head, at, separator);
            boolean passedOver = line.blank() || head.charAt(at) == comment;
            if (!passedOver && (line.end() < head.length() || widths.isEmpty() || head.endsWith("\n"))) {
                widths.add(line.cells());
            }
            at = line.end() + 1;
        }
        return widths;
    }

    /** A line, which may go on in quotes. @param end position of the character that ends it, or of the text's end */
    private record Line(int end, int cells, boolean blank) {
        static Line of(String text, int begin, char separator) {
            boolean quoted = false;
            boolean inCell = false;
            boolean blank = true;
            int cells = separator == ' ' ? 0 : 1;
            int i = begin;
            for (; i < text.length(); i++) {
                char c = text.charAt(i);
                if (!quoted && (c == '\n' || c == '\r')) {
                    break;
                }
                quoted ^= c == '"';
                blank &= c == ' ' || c == '\t';
                boolean between = separator == ' ' ? c == ' ' || c == '\t' : c == separator;
                if (separator == ' ') {
                    cells += (!between || quoted) && !inCell ? 1 : 0;
                    inCell = !between || quoted;
                } else if (between && !quoted) {
                    cells++;
                }
            }
            return new Line(i, cells, blank);
        }
    }
}
