package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.steadygrad.spec.LayerSpec;

class RunFileReferenceTest {
    private static final Path PAGE = Path.of("src/docs/run-file.md");
    private static final String BEGIN = "<!-- run-file reference: begin -->\n";
    private static final String END = "<!-- run-file reference: end -->";
    private static final String UPDATE = "mvn -Dtest=RunFileReferenceTest -Ddocs.update=true test";

    @Test
    void pageHoldsTheReference() throws IOException {
        String page = Files.readString(PAGE).replace("\r\n", "\n");
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        assertTrue(begin >= 0 && end > begin, PAGE + " lacks the lines " + BEGIN + " and " + END);
        String expected = "\n" + RunFileReference.markdown() + "\n";
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(PAGE, page.substring(0, begin + BEGIN.length()) + expected + page.substring(end));
            return;
        }
        assertEquals(
                expected,
                page.substring(begin + BEGIN.length(), end),
                "The reference in " + PAGE + " differs from the records; renew it with: " + UPDATE);
    }

    @Test
    void everyVariantAndKeyIsExplained() {
        String markdown = RunFileReference.markdown();
        for (String name : Schema.variants(LayerSpec.class).keySet()) {
            assertTrue(markdown.contains("**`" + name + "`**: "), name);
        }
        assertFalse(markdown.contains("|  |"), "A key or word has no meaning: its @Doc is missing.");
        assertFalse(markdown.contains("**: \n"), "A variant has no meaning: its @Doc is missing.");
    }

    @Test
    void rangesComeFromTheRecords() {
        String markdown = RunFileReference.markdown();
        assertTrue(markdown.contains("| `batch` | whole number, at least 1 | `32` | Examples per batch. |"), markdown);
        assertTrue(markdown.contains("| `momentum` | number, in [0, 1) | `0.9` | Momentum. |"));
        assertTrue(markdown.contains(
                "| `maxNorm` | number, above 0 | **required** | Largest norm of the whole gradient. |"));
        assertTrue(markdown.contains("| `maxMinutes` | number, above 0 | no limit | "));
        assertTrue(markdown.contains("| `length` | whole number, at least 10 | `100` | Steps per sequence. |"));
    }
}
