package org.steadygrad.exchange.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OnnxPageTest {
    private static final Path PAGE = Path.of("src/docs/onnx.md");
    private static final String BEGIN = "<!-- onnx operators: begin -->\n";
    private static final String END = "<!-- onnx operators: end -->";

    @Test
    void thePageNamesTheOperatorsThatAreRead() throws IOException {
        String page = Files.readString(PAGE).replace("\r\n", "\n");
        int begin = page.indexOf(BEGIN);
        int end = page.indexOf(END);
        assertTrue(begin >= 0 && end > begin, PAGE.toString());
        String expected =
                "Operators: " + Operators.names() + ". Of constants and sizes: " + ConstantFolding.names() + ".\n";
        if (Boolean.getBoolean("docs.update")) {
            Files.writeString(PAGE, page.substring(0, begin + BEGIN.length()) + expected + page.substring(end));
            return;
        }
        assertEquals(
                expected,
                page.substring(begin + BEGIN.length(), end),
                "renew it with: mvn -Dtest=OnnxPageTest -Ddocs.update=true test");
    }
}
