package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.engine.cuda.recurrent.PersistentGeometry.Room;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;

class PersistentGeometryTest {
    private static final Room H200 = new Room(132, 227 << 10);
    private static final Room T4 = new Room(40, 64 << 10);
    private static final int[] SIZES = {1, 3, 5, 7, 16, 17, 33, 64, 100, 128, 200, 256, 512, 1025};

    private static ScanShape shape(Cell cell, int examples, int units) {
        return new ScanShape(cell, new ActivationFunction(Kind.TANH, 0), 512, examples, units, false);
    }

    @ParameterizedTest
    @CsvSource({"4, 64", "4, 100", "40, 64", "84, 100", "84, 164", "132, 227"})
    void everyCandidateCoversItsScanAndFitsTheDevice(int multiprocessors, int kilobytes) {
        Room room = new Room(multiprocessors, kilobytes << 10);
        for (Cell cell : Cell.values()) {
            for (int units : SIZES) {
                for (int examples : SIZES) {
                    for (boolean backward : new boolean[] {false, true}) {
                        ScanShape shape = shape(cell, examples, units);
                        PersistentGeometry.candidates(shape, backward, room).forEach(g -> assertSound(g, room));
                    }
                }
            }
        }
    }

    private static void assertSound(PersistentGeometry g, Room room) {
        ScanShape shape = g.shape();
        PersistentTile tile = g.tile();
        int groups = g.threads() / g.lanes();
        int vector = g.backward() ? shape.gates() * g.unitsEach() : shape.units();
        int columns = g.backward() ? shape.units() : shape.gates() * g.unitsEach();
        assertTrue(g.lanes() * tile.inputs() >= vector, () -> "rows of " + g);
        assertTrue(groups * tile.columns() >= columns, () -> "columns of " + g);
        assertTrue(g.lanes() <= 32 && Integer.bitCount(g.lanes()) == 1, () -> "lanes of " + g);
        assertTrue(g.threads() % 32 == 0 && g.threads() <= 256, () -> "threads of " + g);
        assertTrue(g.sharedBytes() <= room.sharedBytes(), () -> "shared memory of " + g);
        assertTrue(g.teams() * g.sequencesEach() >= shape.examples(), () -> "sequences of " + g);
        assertTrue(
                (g.teams() - 1) * g.sequencesEach() < shape.examples(), () -> "a team of " + g + " has no sequences");
        assertTrue(g.blocks() * g.unitsEach() >= shape.units(), () -> "units of " + g);
        assertTrue((g.blocks() - 1) * g.unitsEach() < shape.units(), () -> "a block of " + g + " has no units");
        assertEquals(g.blocks() > 1, g.cooperative());
        assertEquals(g.cooperative(), g.exchangedBytes() > 0);
        if (g.cooperative()) {
            assertTrue(g.grid() <= room.multiprocessors(), () -> "blocks of " + g);
        }
    }

    @Test
    void smallStatesNeedNoExchange() {
        for (Cell cell : Cell.values()) {
            for (boolean backward : new boolean[] {false, true}) {
                for (int units : new int[] {1, 17, 64, 100, 128}) {
                    PersistentGeometry g = PersistentGeometry.best(shape(cell, 64, units), backward, H200)
                            .orElseThrow();
                    assertFalse(g.cooperative(), () -> g + " exchanges");
                    assertEquals(1, g.sequencesEach());
                }
            }
        }
    }

    @Test
    void largerStatesAreSpreadOverTheDevice() {
        PersistentGeometry g =
                PersistentGeometry.best(shape(Cell.GRU, 64, 256), false, H200).orElseThrow();
        assertEquals(4, g.blocks());
        assertEquals(2, g.sequencesEach());
        assertEquals(32, g.teams());
    }

    @Test
    void fewSequencesGetMoreBlocksEach() {
        PersistentGeometry many =
                PersistentGeometry.best(shape(Cell.GRU, 64, 256), false, H200).orElseThrow();
        PersistentGeometry few =
                PersistentGeometry.best(shape(Cell.GRU, 4, 256), false, H200).orElseThrow();
        assertTrue(few.blocks() > many.blocks(), few + " " + many);
        assertTrue(few.clocks(H200) < many.clocks(H200));
    }

    @Test
    void blocksWithoutPartnersRunInWaves() {
        PersistentGeometry g =
                PersistentGeometry.best(shape(Cell.GRU, 100_000, 100), true, T4).orElseThrow();
        assertFalse(g.cooperative());
        assertTrue(g.grid() > T4.multiprocessors());
        assertTrue(g.sharedBytes() <= T4.sharedBytes());
    }

    @Test
    void parkedWeightsWantSharedMemory() {
        List<PersistentGeometry> found = PersistentGeometry.candidates(shape(Cell.LSTM, 7, 128), false, T4);
        assertFalse(found.isEmpty());
        assertTrue(found.stream().noneMatch(g -> g.tile().parked() > 0 && g.threads() == 256), found::toString);
    }

    @Test
    void tellsWhatDoesNotFit() {
        assertEquals(Optional.empty(), PersistentGeometry.best(shape(Cell.LSTM, 3, 5000), false, H200));
        assertEquals(
                Optional.empty(), PersistentGeometry.best(shape(Cell.GRU, 64, 256), false, new Room(4, 100 << 10)));
    }
}
