package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;

/** The difference of two short texts as a unified diff, as {@code diff -u} writes it and {@code patch} reads it. */
final class LineDiff {
    private static final int CONTEXT = 3;

    private LineDiff() {}

    /** A line with what becomes of it: ' ' stays, '-' goes, '+' comes. @param before line number in the old text, from 0 */
    private record Edit(char kind, String text, int before, int after) {}

    /**
     * @param oldName what the head calls the old text
     * @param newName what the head calls the new one
     * @return the diff, each line ended; "" for equal texts
     */
    static String of(String oldName, String oldText, String newName, String newText) {
        List<Edit> edits = edits(oldText.lines().toList(), newText.lines().toList());
        StringBuilder diff = new StringBuilder();
        int at = 0;
        while (at < edits.size()) {
            if (edits.get(at).kind() == ' ') {
                at++;
                continue;
            }
            int start = Math.max(0, at - CONTEXT);
            int end = endOfHunk(edits, at);
            if (diff.isEmpty()) {
                diff.append("--- ")
                        .append(oldName)
                        .append("\n+++ ")
                        .append(newName)
                        .append('\n');
            }
            hunk(edits.subList(start, end), diff);
            at = end;
        }
        return diff.toString();
    }

    /** Changes whose contexts would touch go together. */
    private static int endOfHunk(List<Edit> edits, int firstChange) {
        int lastChange = firstChange;
        for (int i = firstChange; i < edits.size() && i <= lastChange + 2 * CONTEXT + 1; i++) {
            lastChange = edits.get(i).kind() == ' ' ? lastChange : i;
        }
        return Math.min(edits.size(), lastChange + CONTEXT + 1);
    }

    private static void hunk(List<Edit> edits, StringBuilder diff) {
        long old = edits.stream().filter(e -> e.kind() != '+').count();
        long now = edits.stream().filter(e -> e.kind() != '-').count();
        Edit first = edits.get(0);
        diff.append("@@ -").append(range(first.before(), old));
        diff.append(" +").append(range(first.after(), now)).append(" @@\n");
        edits.forEach(e -> diff.append(e.kind()).append(e.text()).append('\n'));
    }

    /** Of no lines, a diff names the line before them. */
    private static String range(int from, long count) {
        return (count == 0 ? from : from + 1) + "," + count;
    }

    /** By the longest common subsequence. */
    private static List<Edit> edits(List<String> old, List<String> now) {
        int[][] common = new int[old.size() + 1][now.size() + 1];
        for (int i = old.size() - 1; i >= 0; i--) {
            for (int j = now.size() - 1; j >= 0; j--) {
                common[i][j] = old.get(i).equals(now.get(j))
                        ? 1 + common[i + 1][j + 1]
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<Edit> edits = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < old.size() || j < now.size()) {
            if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
                edits.add(new Edit(' ', old.get(i), i++, j++));
            } else if (j == now.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
                edits.add(new Edit('-', old.get(i), i++, j));
            } else {
                edits.add(new Edit('+', now.get(j), i, j++));
            }
        }
        return edits;
    }
}
