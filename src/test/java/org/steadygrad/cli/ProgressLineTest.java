package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.cli.ProgressMeter.Reading;

class ProgressLineTest {
    private static final Reading READING = new Reading(840, 2000, 0.12345, 1.234, 0.123, 356.4, 3.2);

    @Test
    void plainLineSaysEverything() {
        assertEquals(
                "iteration 840 of 2000  loss 0.1235  |g| 1.23  clipped 12%  356 steps/s  4 s left",
                ProgressLine.plain(READING));
    }

    @Test
    void whatIsNotKnownIsLeftOut() {
        Reading reading = new Reading(1, -1, Double.NaN, Double.NaN, 0, Double.NaN, Double.NaN);
        assertEquals("iteration 1  loss NaN  |g| NaN  clipped 0%", ProgressLine.plain(reading));
        assertEquals("step 1  loss NaN  |g| NaN  clipped 0%", ProgressLine.drawn(reading, 100));
    }

    @ParameterizedTest
    @ValueSource(ints = {17, 33, 40, 57, 80, 81, 100, 120})
    void drawnLineFitsAndKeepsTheCount(int width) {
        String line = ProgressLine.drawn(READING, width);
        assertTrue(line.length() < width, line);
        assertTrue(line.contains("42%  840/2000"), line);
        assertEquals(width >= 33, line.contains("loss 0.1235"), line);
        assertEquals(width >= 80, line.contains("4 s left"), line);
        assertEquals(width >= 100, line.startsWith("["), line);
    }

    @Test
    void barFillsWithTheRun() {
        assertTrue(ProgressLine.drawn(new Reading(0, 7, 1, 1, 0, 1, 7), 100).startsWith("[>    "));
        String done = ProgressLine.drawn(new Reading(7, 7, 1, 1, 0, 1, 0), 100);
        assertTrue(done.matches("\\[=+] 100%  7/7 .*"), done);
        String nearly = ProgressLine.drawn(new Reading(1999, 2000, 1, 1, 0, 1, 1), 100);
        assertTrue(nearly.contains(" 99%") && nearly.contains("=>]"), nearly);
        assertFalse(ProgressLine.drawn(new Reading(9, 7, 1, 1, 0, 1, 0), 100).contains("128%"));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 s",
        "0.2, 1 s",
        "59.5, 1 min 00 s",
        "61, 1 min 01 s",
        "3599, 59 min 59 s",
        "3601, 1 h 01 min",
        "86400, 24 h 00 min"
    })
    void durations(double seconds, String words) {
        assertEquals(words, ProgressLine.duration(seconds));
    }

    @Test
    void longDurationsAreDays() {
        assertEquals("3 days", ProgressLine.duration(3.1 * 86400));
    }

    @Test
    void slowStepsAreTimedOneByOne() {
        assertTrue(ProgressLine.plain(new Reading(1, 2, 1, 1, 0, 0.1, 10)).contains("10 s/step"));
        assertTrue(ProgressLine.plain(new Reading(1, 2, 1, 1, 0, 1.26, 10)).contains("1.3 steps/s"));
    }
}
