package org.steadygrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CountedTest {
    @Test
    void oneThingIsNoThings() {
        assertEquals("0 steps", Counted.of(0, "step"));
        assertEquals("1 step", Counted.of(1, "step"));
        assertEquals("7 steps", Counted.of(7, "step"));
        assertEquals("1 minute", Counted.of(1.0, "minute"));
        assertEquals("0.5 minutes", Counted.of(0.5, "minute"));
        assertEquals("90 minutes", Counted.of(90.0, "minute"));
    }
}
