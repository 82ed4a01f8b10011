package org.steadygrad.cli;

import java.io.Console;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/** What is known of the place that output goes to. */
final class Terminal {
    private static final int DEFAULT_WIDTH = 100;
    private static final int NARROWEST = 40;
    private static final int WIDEST = 120;

    private Terminal() {}

    /** Columns to fill, from the environment variable COLUMNS where it is passed on. */
    static int width() {
        return width(System.getenv("COLUMNS"));
    }

    /** Columns to fill where there are so many. @param columns a number; anything else, or null, when it isn't known */
    static int width(String columns) {
        if (columns == null || !columns.matches("[0-9]{1,6}")) {
            return DEFAULT_WIDTH;
        }
        return Math.max(NARROWEST, Math.min(WIDEST, Integer.parseInt(columns)));
    }

    /** Whether standard input and output are a terminal. */
    static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            // before Java 22 only terminals have a console
            return true;
        }
    }

    /** Whether colours may be used: a terminal that knows them, and nobody objecting through NO_COLOR. */
    static boolean colours() {
        return Ansi.AUTO.enabled();
    }

    /** Breaks lines at spaces; a word that is too long, such as a path, stays whole. */
    static String wrap(String text, int width) {
        StringBuilder out = new StringBuilder();
        for (String paragraph : text.strip().lines().toList()) {
            int column = 0;
            for (String word : paragraph.strip().split(" +", -1)) {
                if (column > 0 && column + 1 + word.length() > width) {
                    out.append(System.lineSeparator());
                    column = 0;
                } else if (column > 0) {
                    out.append(' ');
                    column++;
                }
                out.append(word);
                column += word.length();
            }
            out.append(System.lineSeparator());
        }
        return out.toString().stripTrailing();
    }

    /** A number of bytes for people, in GiB or MiB; "unknown" when negative. */
    static String bytes(long bytes) {
        if (bytes < 0) {
            return "unknown";
        }
        double gib = bytes / (double) (1L << 30);
        return gib >= 1
                ? String.format(Locale.ROOT, "%.1f GiB", gib)
                : String.format(Locale.ROOT, "%d MiB", bytes >> 20);
    }
}
