package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private static final String SEEN = Screen.COLUMNS_OF_ERRORS;

    @Test
    void whatTheLauncherSawCounts() {
        assertEquals(new Screen(true, true, 77), Screen.errors(Map.of(SEEN, "77", "COLUMNS", "99"), false));
        assertEquals(new Screen(false, false, 99), Screen.errors(Map.of(SEEN, "0", "COLUMNS", "99"), true));
    }

    @Test
    void withoutTheLauncherTheGuessCounts() {
        assertEquals(new Screen(true, true, 99), Screen.errors(Map.of("COLUMNS", "99"), true));
        assertFalse(Screen.errors(Map.of(), false).terminal());
        assertFalse(Screen.errors(Map.of(SEEN, "wide"), false).terminal());
    }

    @Test
    void coloursCanBeObjectedTo() {
        Screen screen = Screen.errors(Map.of(SEEN, "80", "NO_COLOR", "1"), false);
        assertTrue(screen.terminal());
        assertFalse(screen.colours());
        assertTrue(Screen.errors(Map.of(SEEN, "80", "NO_COLOR", ""), false).colours());
    }

    @Test
    void dumbTerminalsGetPlainLines() {
        assertEquals(new Screen(false, false, 100), Screen.errors(Map.of(SEEN, "80", "TERM", "dumb"), true));
    }
}
