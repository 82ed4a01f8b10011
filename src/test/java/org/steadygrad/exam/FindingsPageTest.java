package org.steadygrad.exam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.steadygrad.spec.FindingKind;

/** The page of findings is that of the code and of the exam's results; {@code -Ddocs.update=true} writes it anew. */
class FindingsPageTest {
    private static final Path PAGE = Path.of("src/docs/findings.md");
    private static final String BEGIN = "<!-- findings: begin -->\n";
    private static final String END = "<!-- findings: end -->";

    @Test
    void thePageHoldsWhatCodeAndExamSay() throws IOException {
        String page = Files.readString(PAGE).replace("\r\n", "\n");
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        assertTrue(begin >= 0 && end > begin, PAGE + " lacks the lines " + BEGIN + " and " + END);
        String fresh = new FindingsPage().markdown();
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(PAGE, page.substring(0, begin + BEGIN.length()) + fresh + page.substring(end));
            return;
        }
        assertEquals(
                fresh,
                page.substring(begin + BEGIN.length(), end),
                "renew it with: mvn -Dtest=FindingsPageTest -Ddocs.update=true test");
    }

    @Test
    void everyFindingHasASection() throws IOException {
        String page = new FindingsPage().markdown();
        for (FindingKind kind : FindingKind.values()) {
            assertTrue(page.contains("\n### " + kind.id() + "\n"), kind.id());
        }
    }
}
