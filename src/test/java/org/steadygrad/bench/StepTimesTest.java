package org.steadygrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.bench.EngineResult.Agreement;
import org.steadygrad.check.InvalidInputException;

class StepTimesTest {
    @Test
    void quantilesLieBetweenSteps() {
        double[] millis = {5, 1, 3, 2, 4, 6, 7, 8, 9, 10, 11};
        StepTimes times = StepTimes.of(millis);
        assertEquals(6, times.median());
        assertEquals(2, times.low());
        assertEquals(10, times.high());
        assertEquals(5, millis[0], "the argument stays as it is");
        assertEquals(new StepTimes(2.5, 2.1, 2.9, 2), StepTimes.of(new double[] {3, 2}));
        assertEquals(new StepTimes(7, 7, 7, 1), StepTimes.of(new double[] {7}));
        assertThrows(InvalidInputException.class, () -> StepTimes.of(new double[0]));
    }

    @Test
    void roundsShareTheSteps() {
        BenchSettings settings = new BenchSettings(17, 0, 3);
        assertEquals(17, settings.stepsOf(0) + settings.stepsOf(1) + settings.stepsOf(2));
        assertEquals(5, settings.stepsOf(0));
        assertThrows(InvalidInputException.class, () -> new BenchSettings(3, 0, 4));
        assertThrows(InvalidInputException.class, () -> new BenchSettings(3, -1, 1));
    }

    @Test
    void agreementTellsTheWorstStep() {
        assertEquals(new Agreement(3, 0.5, 0.25, 2), Agreement.of(List.of(1.0, 2.0, 4.0), List.of(1.0, 2.5, 4.25)));
        assertEquals(new Agreement(1, 0, 0, 1), Agreement.of(List.of(0.0), List.of(0.0, 3.0)));
        double nan = Double.NaN;
        assertEquals(0, Agreement.of(List.of(nan), List.of(nan)).largest(), "both failed in the same way");
        assertEquals(
                Double.POSITIVE_INFINITY,
                Agreement.of(List.of(1.0), List.of(nan)).largest());
        assertEquals(
                Double.POSITIVE_INFINITY,
                Agreement.of(List.of(nan), List.of(1.0)).largest());
    }
}
