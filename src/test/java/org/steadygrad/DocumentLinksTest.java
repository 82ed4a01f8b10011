package org.steadygrad;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links among the documents lead to what there is, and each anchor of a document stands once. */
class DocumentLinksTest {
    private static final List<String> ROOTS =
            List.of("src/docs", "native-config", "benchmarks", "examples", "findings", ".github");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);
    private static final Pattern CODE = Pattern.compile("^```.*?^```|`[^`\n]*`", Pattern.MULTILINE | Pattern.DOTALL);

    private static List<Path> documents() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> top = Files.list(Path.of(""))) {
            top.filter(file -> file.toString().endsWith(".md")).forEach(found::add);
        }
        for (String root : ROOTS) {
            try (Stream<Path> below = Files.walk(Path.of(root))) {
                below.filter(file -> file.toString().endsWith(".md"))
                        .filter(file -> !file.toString().contains("target"))
                        .forEach(found::add);
            }
        }
        return found;
    }

    private static List<String> explicit(String text) {
        List<String> anchors = new ArrayList<>();
        Matcher ids = ANCHOR.matcher(text);
        while (ids.find()) {
            anchors.add(ids.group(1));
        }
        return anchors;
    }

    /** As GitHub makes them of headings: a name that stands before is followed by its number. */
    private static List<String> anchors(String text) {
        List<String> anchors = explicit(text);
        Map<String, Integer> counts = new HashMap<>();
        Matcher headings = HEADING.matcher(Pattern.compile("^```.*?^```", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(text)
                .replaceAll(""));
        while (headings.find()) {
            String name = headings.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N} _-]", "")
                    .replace(' ', '-');
            int before = counts.merge(name, 1, Integer::sum) - 1;
            anchors.add(before == 0 ? name : name + "-" + before);
        }
        return anchors;
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path document : documents()) {
            String text = Files.readString(document);
            Matcher found = LINK.matcher(CODE.matcher(text).replaceAll(""));
            while (found.find()) {
                String link = found.group(1);
                if (link.matches("[a-z]+:.*")) {
                    continue;
                }
                links++;
                int hash = link.indexOf('#');
                String file = hash < 0 ? link : link.substring(0, hash);
                Path target = file.isEmpty()
                        ? document
                        : document.resolveSibling(file).normalize();
                boolean there = Files.exists(target)
                        && (hash < 0 || anchors(Files.readString(target)).contains(link.substring(hash + 1)));
                if (!there) {
                    broken.add(document + ": " + link);
                }
            }
        }
        assertEquals(List.of(), broken);
        assertTrue(links > 100, "links found: " + links);
    }

    @Test
    void anchorsStandOnce() throws IOException {
        for (Path document : documents()) {
            List<String> anchors = explicit(Files.readString(document));
            assertEquals(
                    anchors.stream().distinct().toList(), anchors, () -> document + " has anchors that stand twice");
        }
    }
}
