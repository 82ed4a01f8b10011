package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** How often the guard raises false alarms, and how soon right ones, on series of losses that are made up. */
class LossSpikesTest {
    private static final GuardSpec.Auto SPEC = RunFiles.defaults(GuardSpec.Auto.class);
    private static final int SERIES = 1000;
    private static final int SICK_SERIES = 200;

    @Test
    void healthySeriesRaiseNoAlarm() {
        List<String> alarms = new ArrayList<>();
        for (int seed = 0; seed < SERIES; seed++) {
            LossSeries series = new LossSeries(seed);
            int step = series.firstAction(SPEC);
            if (step >= 0) {
                alarms.add(seed + " at " + step + ": " + series);
            }
        }
        assertEquals(List.of(), alarms);
    }

    static Stream<Arguments> sicknesses() {
        IntToDoubleFunction slow = t -> 1e-3 * Math.pow(1.1, t);
        IntToDoubleFunction fast = t -> 1e-3 * Math.pow(2, t);
        IntToDoubleFunction plateau = t -> 2;
        IntToDoubleFunction farPlateau = t -> 50;
        IntToDoubleFunction swings = t -> 0.1 * Math.pow(1.1, t) * (t % 2 == 0 ? 1 : 0.3);
        return Stream.of(
                Arguments.of("grows slowly", slow, 0.7, 150),
                Arguments.of("grows fast", fast, 0.9, 40),
                Arguments.of("jumps to a plateau", plateau, 0.45, 30),
                Arguments.of("jumps far", farPlateau, 0.8, 30),
                Arguments.of("swings more and more", swings, 0.7, 150));
    }

    /**
     * Not all can be: a loss of twice that at the start is no more than what happens among heavy tails, or where nothing was learnt.
     *
     * @param share of the series in which it is found at least
     * @param delay steps within which it is found in these
     */
    @ParameterizedTest
    @MethodSource("sicknesses")
    void whatLastsIsFound(String name, IntToDoubleFunction lost, double share, int delay) {
        int found = 0;
        for (int seed = 0; seed < SICK_SERIES; seed++) {
            int step = new LossSeries(seed).sick(name, lost).firstAction(SPEC);
            found += step >= LossSeries.ONSET && step < LossSeries.ONSET + delay ? 1 : 0;
        }
        assertTrue(found >= share * SICK_SERIES, name + ": found in " + found + " of " + SICK_SERIES);
    }
}
