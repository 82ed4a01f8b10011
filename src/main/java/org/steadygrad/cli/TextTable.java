package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.List;

/** Prints rows in aligned columns. */
final class TextTable {
    private TextTable() {}

    /**
     * @param indent columns before the first one
     * @param alignment a letter for each column: l for left, r for right
     * @param rows header first; as many cells each as there are letters
     */
    static void print(PrintWriter out, int indent, String alignment, List<List<String>> rows) {
        int columns = alignment.length();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(" ".repeat(indent));
            for (int i = 0; i < columns; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                line.append(i == 0 ? "" : "  ");
                line.append(alignment.charAt(i) == 'l' ? row.get(i) + pad : pad + row.get(i));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
