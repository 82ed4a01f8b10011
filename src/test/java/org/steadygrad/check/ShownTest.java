package org.steadygrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ShownTest {
    @Test
    void whatIsSeenStaysAsItIs() {
        String text = "Größe 温度 نام \ud83d\udc69\u200d\ud83d\udd2c a\u00a0b";
        assertEquals(text, Shown.value(text));
    }

    @Test
    void whatDoesSomethingInsteadIsEscaped() {
        assertEquals("a\\u001b[2Jb", Shown.value("a\033[2Jb"));
        assertEquals("x\\r\\n\\t\\u0000\\u009b", Shown.value("x\r\n\t\0\u009b"));
        assertEquals("\\u202egpj.exe", Shown.value("\u202egpj.exe"));
        assertEquals("\\ud800", Shown.value("\ud800"));
        // a tag, above the first plane
        assertEquals("\\udb40\\udc41", Shown.value(Character.toString(0xE0041)));
        assertEquals("two\n\tlines\\r", Shown.message("two\n\tlines\r", 100));
    }

    @Test
    void longValuesKeepBothEndsAndTellTheirLength() {
        String shown = Shown.value("/data/" + "x".repeat(300_000) + "/run.yaml");
        assertTrue(shown.startsWith("/data/xxx") && shown.endsWith("xxx/run.yaml"), shown);
        assertTrue(shown.contains(" ... (300,015 characters) ... "), shown);
        assertTrue(shown.length() < 1100, shown);
        String error = InvalidInputException.of("key", "a number", "y".repeat(1 << 20), "")
                .getMessage();
        assertTrue(error.length() < 1200, error);
    }

    @Test
    void shorteningCutsNoCharacterInTwo() {
        for (int before = 0; before < 4; before++) {
            String shown = Shown.value("a".repeat(before) + "\ud83d\ude80".repeat(2000));
            assertFalse(shown.contains("\\u"), shown);
        }
    }
}
