package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.steadygrad.cli.ProgressMeter.Reading;
import org.steadygrad.runlog.RunEvent;

class ProgressMeterTest {
    private long nanos = 77;
    private final ProgressMeter meter = new ProgressMeter(() -> nanos);

    private void step(int iteration, double loss, double clipScale, double seconds) {
        nanos += (long) (seconds * 1e9);
        meter.take(new RunEvent.Step(iteration, 0, loss, loss, 2, clipScale, true, 1, seconds / 3));
    }

    private void start(long planned, int iteration) {
        meter.take(new RunEvent.Started("cpu", "two cores", 1, planned, iteration));
    }

    @Test
    void speedCountsEverythingBetweenSteps() {
        start(33, 0);
        for (int i = 1; i <= 17; i++) {
            step(i, 1, 1, 0.5);
        }
        Reading reading = meter.reading();
        assertEquals(2, reading.stepsPerSecond(), 1e-9);
        assertEquals(8, reading.secondsLeft(), 1e-9);
        assertEquals(17 / 33.0, reading.share(), 1e-12);
    }

    @Test
    void slowStartIsForgotten() {
        start(10_000, 0);
        step(1, 1, 1, 300);
        for (int i = 2; i <= 1001; i++) {
            step(i, 1, 1, 0.1);
        }
        assertEquals(10, meter.reading().stepsPerSecond(), 0.2);
        assertEquals(8999 / 10.0, meter.reading().secondsLeft(), 20);
    }

    @Test
    void resumedRunCountsItsOwnSteps() {
        start(100, 97);
        step(98, 1, 1, 2);
        assertEquals(0.5, meter.reading().stepsPerSecond(), 1e-9);
        assertEquals(4, meter.reading().secondsLeft(), 1e-9);
    }

    @Test
    void lossIsSmoothedAndSkipsWhatIsNotFinite() {
        start(-1, 0);
        step(1, Double.NaN, 1, 1);
        assertTrue(Double.isNaN(meter.reading().loss()));
        step(2, 4, 1, 1);
        assertEquals(4, meter.reading().loss());
        step(3, Double.POSITIVE_INFINITY, 1, 1);
        step(4, 0, 1, 1);
        assertEquals(3.8, meter.reading().loss(), 1e-12);
        assertTrue(Double.isNaN(meter.reading().secondsLeft()), "the number of steps isn't known");
        assertTrue(Double.isNaN(meter.reading().share()));
    }

    @Test
    void clipShareOfFewStepsIsTheirMean() {
        start(9, 0);
        step(1, 1, 0.5, 1);
        assertEquals(1, meter.reading().clipShare(), 1e-12);
        step(2, 1, 1, 1);
        step(3, 1, 1, 1);
        assertEquals(1 / 3.0, meter.reading().clipShare(), 1e-12);
    }
}
