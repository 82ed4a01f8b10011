package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;

class MainTest {
    @Test
    void aWrongCommandLineIsCode2() {
        assertEquals(2, Main.execute());
        assertEquals(2, Main.execute("doctr"));
        assertEquals(2, Main.execute("doctor", "--jsn"));
    }

    @Test
    void helpAndVersionAreCode0() {
        assertEquals(0, Main.execute("--help"));
        assertEquals(0, Main.execute("doctor", "--help"));
        assertEquals(0, Main.execute("--version"));
    }

    @Test
    void inputErrorsSpeakForThemselves() {
        assertEquals("Error: GRU: units", Failures.describe(new InvalidInputException("GRU: units")));
    }

    @Test
    void otherErrorsNameTheirKindAndCauses() {
        String text = Failures.describe(new IllegalStateException(new IOException("No space left on device.")));
        assertTrue(text.contains("No space left on device (IOException)."), text);
        assertTrue(text.contains("--debug"), text);
    }

    @Test
    void wrapsAtSpacesAndKeepsLongWordsWhole() {
        String path = "/a/very/long/path/that/must/stay/in/one/piece";
        String text = Terminal.wrap("can't read " + path + " which is needed", 20);
        assertTrue(text.contains(path));
        for (String line : text.lines().toList()) {
            assertTrue(line.length() <= 20 || line.equals(path), line);
            assertFalse(line.endsWith(" "), line);
        }
        assertEquals("", Terminal.wrap("  ", 20));
    }

    @Test
    void bytesAreShownInFittingUnits() {
        assertEquals("0 MiB", Terminal.bytes(0));
        assertEquals("1023 MiB", Terminal.bytes((1L << 30) - 1));
        assertEquals("1.5 GiB", Terminal.bytes(3L << 29));
        assertEquals("unknown", Terminal.bytes(-1));
    }
}
