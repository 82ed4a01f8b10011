package org.steadygrad.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.steadygrad.data.Reference.Kind;

class ReferenceTest {
    private final double[] y = new Random(3).doubles(40).toArray();

    private double of(Reference reference, int last, int ahead) {
        return reference.of(at -> y[at], 0, last, ahead);
    }

    @Test
    void differencesAsTheyAreWritten() {
        assertEquals(y[20], of(Reference.last(), 20, 1));
        assertEquals(y[20], of(Reference.last(), 20, 9));
        assertEquals(y[17], of(new Reference(Kind.SEASON, 4, 1), 20, 1));
        assertEquals(y[20], of(new Reference(Kind.SEASON, 4, 1), 20, 4));
        assertEquals(y[17], of(new Reference(Kind.SEASON, 4, 1), 20, 5));
        assertEquals((y[17] + y[13] + y[9]) / 3, of(new Reference(Kind.SEASON, 4, 3), 20, 1), 1e-15);
        // (1 - B)(1 - B^4) y = 0 one step ahead
        assertEquals(y[17] + y[20] - y[16], of(new Reference(Kind.SEASON_AND_LAST, 4, 1), 20, 1), 1e-15);
        // the season that comes again is known by then, so the growth of a season counts once more
        assertEquals(y[20] + y[20] - y[16], of(new Reference(Kind.SEASON_AND_LAST, 4, 1), 20, 4), 1e-15);
        assertEquals(
                (y[17] + y[13]) / 2 + y[20] - (y[16] + y[12]) / 2,
                of(new Reference(Kind.SEASON_AND_LAST, 4, 2), 20, 1),
                1e-15);
    }

    @Test
    void asManySeasonsAsThereAre() {
        Reference ten = new Reference(Kind.SEASON, 4, 10);
        assertEquals((y[5] + y[1]) / 2, of(ten, 8, 1), 1e-15);
        assertEquals(y[0], of(ten, 3, 1));
        assertThrows(IllegalArgumentException.class, () -> of(ten, 2, 1));
        Reference both = new Reference(Kind.SEASON_AND_LAST, 4, 10);
        assertEquals(y[1] + y[4] - y[0], of(both, 4, 1), 1e-15);
        assertThrows(IllegalArgumentException.class, () -> of(both, 3, 1));
    }

    /** What lies further back than it says doesn't matter, and what comes later is never looked at. */
    @Test
    void reachAndHistory() {
        for (Reference reference : new Reference[] {
            Reference.last(), new Reference(Kind.SEASON, 5, 3), new Reference(Kind.SEASON_AND_LAST, 5, 3)
        }) {
            for (int ahead = 1; ahead < 12; ahead++) {
                double whole = of(reference, 30, ahead);
                int first = 31 - reference.reach();
                assertEquals(whole, reference.of(at -> at < first || at > 30 ? Double.NaN : y[at], first, 30, ahead));
            }
        }
    }
}
