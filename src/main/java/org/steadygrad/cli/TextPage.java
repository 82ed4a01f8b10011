package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;

/** Prints text in sections, with labelled items and tables, broken at the width of the terminal. */
final class TextPage {
    private static final int LABEL = 11;
    private static final int INDENT = 2;

    private final PrintWriter out;
    private final Ansi ansi;
    private final int width;

    /** @param width columns to fill */
    TextPage(PrintWriter out, boolean colours, int width) {
        this.out = out;
        this.ansi = colours ? Ansi.ON : Ansi.OFF;
        this.width = width;
    }

    void section(String title) {
        out.println();
        styled("bold", title, "");
    }

    /** A line that begins in a style, for example {@code bold,red}. */
    void styled(String style, String text, String rest) {
        out.println(ansi.string("@|" + style + " " + text + "|@") + rest);
    }

    void paragraph(String text) {
        out.println(Terminal.wrap(text, width));
    }

    void indented(String text) {
        out.println(Terminal.wrap(text, width - INDENT).indent(INDENT).stripTrailing());
    }

    void item(String label, String text) {
        List<String> lines =
                Terminal.wrap(text, width - LABEL - INDENT - 1).lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            out.printf(Locale.ROOT, "%s%-" + LABEL + "s %s%n", " ".repeat(INDENT), i == 0 ? label : "", lines.get(i));
        }
    }

    void line() {
        out.println();
    }

    /** @param alignment and rows as {@link TextTable#print} takes them */
    void table(String alignment, List<List<String>> rows) {
        out.println();
        TextTable.print(out, INDENT, alignment, rows);
    }

    void flush() {
        out.flush();
    }
}
