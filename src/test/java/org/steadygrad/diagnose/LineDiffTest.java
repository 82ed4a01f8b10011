package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LineDiffTest {
    private static final Pattern HUNK = Pattern.compile("@@ -(\\d+),(\\d+) \\+(\\d+),(\\d+) @@");

    @Test
    void isWhatDiffWrites() {
        String old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n";
        String now = "a\nb\nX\nd\ne\nf\ng\nh\ni\nj\nk\nY\n";
        assertEquals(
                """
                --- a/t
                +++ b/t
                @@ -1,6 +1,6 @@
                 a
                 b
                -c
                +X
                 d
                 e
                 f
                @@ -9,3 +9,4 @@
                 i
                 j
                 k
                +Y
                """,
                LineDiff.of("a/t", old, "b/t", now));
        assertEquals("", LineDiff.of("a", old, "b", old));
        assertEquals("--- a\n+++ b\n@@ -0,0 +1,1 @@\n+x\n", LineDiff.of("a", "", "b", "x\n"));
        assertEquals("--- a\n+++ b\n@@ -1,1 +0,0 @@\n-x\n", LineDiff.of("a", "x\n", "b", ""));
    }

    @Test
    void makesTheNewTextOfTheOldOne() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 300; i++) {
            List<String> old = lines(random);
            List<String> now = lines(random);
            String diff = LineDiff.of("a", text(old), "b", text(now));
            assertEquals(now, patched(old, diff), diff);
        }
    }

    private static String text(List<String> lines) {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    private static List<String> lines(SplittableRandom random) {
        List<String> lines = new ArrayList<>();
        int count = random.nextInt(34);
        for (int i = 0; i < count; i++) {
            lines.add("line " + random.nextInt(random.nextBoolean() ? 3 : 40));
        }
        return lines;
    }

    /** What patch would do; fails where the old text isn't what the diff says. */
    private static List<String> patched(List<String> old, String diff) {
        List<String> now = new ArrayList<>();
        int at = 0;
        for (String line : diff.lines().skip(2).toList()) {
            Matcher hunk = HUNK.matcher(line);
            if (hunk.matches()) {
                int start = Integer.parseInt(hunk.group(1)) - (hunk.group(2).equals("0") ? 0 : 1);
                now.addAll(old.subList(at, start));
                at = start;
            } else if (line.charAt(0) == '+') {
                now.add(line.substring(1));
            } else {
                assertEquals(old.get(at++), line.substring(1));
                if (line.charAt(0) == ' ') {
                    now.add(line.substring(1));
                }
            }
        }
        now.addAll(old.subList(at, old.size()));
        return now;
    }
}
