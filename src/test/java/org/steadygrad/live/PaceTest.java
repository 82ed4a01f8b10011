package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaceTest {
    @ParameterizedTest
    @CsvSource({"0, 90, 1000", "2, 90, 1000", "3, 45, 9000", "3, 3, 1000", "17, 11, 2200", "33, 5000, 10000"})
    void largeViewsAreSentLessOften(long messages, long busyMillis, long restMillis) {
        assertEquals(restMillis * 1_000_000, Pace.USUAL.restNanos(messages, busyMillis * 1_000_000));
    }
}
