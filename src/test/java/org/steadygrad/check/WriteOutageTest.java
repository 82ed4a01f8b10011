package org.steadygrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WriteOutageTest {
    private static final long SECOND = 1_000_000_000L;

    private long now = Long.MAX_VALUE - SECOND;
    private final List<Long> waits = new ArrayList<>();
    private int failures;
    private int written;

    private WriteOutage outage(double patience) {
        return new WriteOutage("Things", patience, () -> now, nanos -> {
            waits.add(nanos);
            now += nanos;
        });
    }

    private void write() throws IOException {
        if (failures-- > 0) {
            throw new IOException("full");
        }
        written++;
    }

    @Test
    void attemptsFollowAtGrowingIntervalsUntilOneWorks() throws IOException {
        WriteOutage outage = outage(60);
        failures = 4;
        outage.insist(this::write);
        assertEquals(1, written);
        assertEquals(List.of(SECOND / 2, SECOND, 2 * SECOND, 4 * SECOND), waits);
        assertFalse(outage.isFailing());
    }

    @Test
    void patienceEnds() throws IOException {
        WriteOutage outage = outage(10);
        failures = 100;
        assertThrows(IOException.class, () -> outage.insist(this::write));
        assertEquals(12.5 * SECOND, waits.stream().mapToLong(Long::longValue).sum(), 1);
        failures = 1;
        assertThrows(IOException.class, () -> outage(0).attempt(this::write));
        assertEquals(0, written);
    }

    @Test
    void anOutageThatIsOverCountsNoMore() throws IOException {
        WriteOutage outage = outage(10);
        for (int i = 0; i < 5; i++) {
            failures = 2;
            assertFalse(outage.attempt(this::write));
            assertFalse(outage.isDue());
            now += 9 * SECOND;
            assertTrue(outage.isDue());
            assertFalse(outage.attempt(this::write));
            assertTrue(outage.attempt(this::write));
            assertTrue(outage.isDue());
        }
        assertEquals(5, written);
    }
}
