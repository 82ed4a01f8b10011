package org.steadygrad.exchange.keras;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The documents' table of layers is that of the code; {@code -Ddocs.update=true} writes it anew. */
class KerasCoverageTest {
    private static final Path DOCUMENT = Path.of("src/docs/exchange.md");
    private static final String BEGIN = "<!-- begin of the table that KerasCoverageTest writes -->\n";
    private static final String END = "<!-- end of the table -->";

    @Test
    void theTableIsThatOfTheCode() throws IOException {
        StringBuilder table = new StringBuilder("| layer | read | refused |\n|---|---|---|\n");
        Layers.coverage().forEach((layer, refused) -> table.append("| `")
                .append(layer)
                .append("` | yes | ")
                .append(refused)
                .append(" |\n"));
        String text = Files.readString(DOCUMENT);
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        String fresh = text.substring(0, from) + table + text.substring(to);
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(DOCUMENT, fresh);
            return;
        }
        assertEquals(fresh, text, "run this test with -Ddocs.update=true");
    }
}
