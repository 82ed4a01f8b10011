package org.steadygrad.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.steadygrad.spec.yaml.RunFiles;

class HealthSpecTest {
    private static HealthSpec spec(int every, int histograms) {
        return RunFiles.defaults(HealthSpec.class, "every=" + every, "histograms=" + histograms);
    }

    private static List<Integer> upTo(int last, IntPredicate condition) {
        return IntStream.rangeClosed(1, last).filter(condition).boxed().toList();
    }

    @Test
    void theFirstStepIsLookedAtAndThenOneInSoMany() {
        assertEquals(List.of(1, 7, 14, 21), upTo(27, spec(7, 0)::looksAt));
        assertEquals(List.of(1, 2, 3), upTo(3, spec(1, 0)::looksAt));
    }

    @Test
    void histogramsAreTakenWithLooks() {
        assertEquals(List.of(1, 20, 40), upTo(59, spec(10, 20)::takesHistogramsAt));
        assertEquals(List.of(1, 21, 35, 56, 70, 91), upTo(99, spec(7, 17)::takesHistogramsAt));
        assertEquals(List.of(1, 10, 20), upTo(29, spec(10, 3)::takesHistogramsAt));
        assertEquals(List.of(1, 17, 34), upTo(50, spec(1, 17)::takesHistogramsAt));
        assertEquals(List.of(), upTo(50, spec(10, 0)::takesHistogramsAt));
    }

    @Test
    void afterTheStartLooksAndHistogramsAreFurtherApart() {
        HealthSpec spec = RunFiles.defaults(HealthSpec.class, "every=5", "histograms=20", "early=30", "later=3");
        assertEquals(List.of(1, 5, 10, 15, 20, 25, 30, 45, 60, 75, 90, 105, 120), upTo(130, spec::looksAt));
        assertEquals(List.of(1, 20, 60, 120), upTo(130, spec::takesHistogramsAt));
    }

    @Test
    void withoutAStartTheyAreFarApartFromTheBeginning() {
        HealthSpec spec = RunFiles.defaults(HealthSpec.class, "every=5", "histograms=20", "early=0", "later=3");
        assertEquals(List.of(1, 15, 30, 45, 60, 75), upTo(89, spec::looksAt));
        assertEquals(List.of(1, 60), upTo(89, spec::takesHistogramsAt));
    }

    @Test
    void theFirstHistogramsAfterTheStartComeWhenTheyAreDue() {
        HealthSpec spec = RunFiles.defaults(HealthSpec.class, "every=10", "histograms=25", "early=30", "later=2");
        assertEquals(List.of(1, 30, 60, 100, 160, 200), upTo(219, spec::takesHistogramsAt));
    }

    @Test
    void byDefaultAThousandStepsHaveFewerThanFortyLooks() {
        HealthSpec spec = RunFiles.defaults(HealthSpec.class);
        List<Integer> looks = upTo(1000, spec::looksAt);
        assertEquals(37, looks.size());
        assertEquals(List.of(190, 200, 250, 300), looks.subList(19, 23));
        assertEquals(List.of(1, 100, 200, 500, 1000, 1500), upTo(1900, spec::takesHistogramsAt));
    }

    @Test
    void rarestLooksNeverComeAgain() {
        HealthSpec spec =
                RunFiles.defaults(HealthSpec.class, "every=2147483647", "histograms=2147483647", "later=2147483647");
        assertEquals(List.of(1), upTo(3000, spec::looksAt));
        assertEquals(List.of(1), upTo(3000, spec::takesHistogramsAt));
    }
}
