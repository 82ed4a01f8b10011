package org.steadygrad.engine.cuda.recurrent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.plan.PlanOperation.Cell;

/**
 * How a persistent scan is spread over a device: teams of blocks that share sequences, each block with some of the units
 * and a multiprocessor for itself.
 *
 * @param shape what is scanned
 * @param backward direction
 * @param tile what each thread keeps of the weights
 * @param blocks of each team
 * @param sequencesEach sequences of every team but perhaps the last
 */
public record PersistentGeometry(
        ScanShape shape, boolean backward, PersistentTile tile, int blocks, int sequencesEach) {
    private static final int WARP = 32;

    /** What the kernels are compiled for: 255 registers for each thread. */
    private static final int MOST_THREADS = 256;

    /** Parts of a multiprocessor that issue an instruction for a warp each clock. */
    private static final int SCHEDULERS = 4;

    /** From the last multiplication to the first of the next step: sums over lanes, gates, two barriers. */
    private static final int STEP_CLOCKS = 350;

    /** Gates of as many elements as a block has threads, beyond the first as many, whose inputs come in time. */
    private static final int ROUND_CLOCKS = 400;

    /** From a number's publication to its arrival in another block, by way of the second-level cache. */
    private static final int EXCHANGE_CLOCKS = 900;

    /** Every further handful of numbers that a thread waits for. */
    private static final int MORE_EXCHANGE_CLOCKS = 300;

    /** Numbers that a thread asks for at once, AT_ONCE in the kernels. */
    private static final int HANDFUL = 4;

    /**
     * What a device has.
     *
     * @param multiprocessors number of them
     * @param sharedBytes shared memory that a block may have
     */
    public record Room(int multiprocessors, int sharedBytes) {}

    /** The geometry with the shortest expected time; empty when the weights don't fit. */
    public static Optional<PersistentGeometry> best(ScanShape shape, boolean backward, Room room) {
        return candidates(shape, backward, room).stream().min(Comparator.comparingDouble(g -> g.clocks(room)));
    }

    /** All that fit, for one number of sequences for each tile and size of teams: the smallest there is room for. */
    static List<PersistentGeometry> candidates(ScanShape shape, boolean backward, Room room) {
        List<PersistentTile> tiles =
                backward ? PersistentTile.backward(shape.cell()) : PersistentTile.forward(shape.cell());
        List<PersistentGeometry> found = new ArrayList<>();
        for (PersistentTile tile : tiles) {
            for (int blocks = 1; blocks <= Math.min(shape.units(), room.multiprocessors); blocks++) {
                PersistentGeometry next = of(shape, backward, tile, blocks, room);
                if (next.fits(room)) {
                    found.add(next);
                }
            }
        }
        return found;
    }

    private static PersistentGeometry of(
            ScanShape shape, boolean backward, PersistentTile tile, int blocks, Room room) {
        int teams = Math.min(shape.examples(), room.multiprocessors / blocks);
        int sequences = ceil(shape.examples(), teams);
        PersistentGeometry geometry = new PersistentGeometry(shape, backward, tile, blocks, sequences);
        // a block without partners need not run at the same time as others
        while (blocks == 1 && sequences > 1 && geometry.sharedBytes() > room.sharedBytes) {
            sequences = ceil(sequences, 2);
            geometry = new PersistentGeometry(shape, backward, tile, blocks, sequences);
        }
        return geometry;
    }

    private boolean fits(Room room) {
        boolean everyBlockHasUnits = ceil(shape.units(), unitsEach()) == blocks;
        return everyBlockHasUnits && lanes() <= WARP && threads() <= MOST_THREADS && sharedBytes() <= room.sharedBytes;
    }

    /** Units of every block but perhaps the last of a team. */
    int unitsEach() {
        return ceil(shape.units(), blocks);
    }

    /** Length of the vectors that a block multiplies: states, or the gradients of its gates. */
    private int rows() {
        return backward ? shape.gates() * unitsEach() : shape.units();
    }

    private int columns() {
        return backward ? shape.units() : shape.gates() * unitsEach();
    }

    /** Neighbouring threads that share columns of the weights, a power of 2. */
    int lanes() {
        int least = ceil(rows(), tile.inputs());
        return least == 1 ? 1 : Integer.highestOneBit(least - 1) << 1;
    }

    /** Threads of each block. */
    int threads() {
        return ceil(ceil(columns(), tile.columns()) * lanes(), WARP) * WARP;
    }

    int teams() {
        return ceil(shape.examples(), sequencesEach);
    }

    /** Number of blocks. */
    int grid() {
        return teams() * blocks;
    }

    /** Whether blocks wait for each other, so that all of them must run at the same time. */
    boolean cooperative() {
        return blocks > 1;
    }

    /** Dynamic shared memory of each block, laid out as the kernels do. */
    int sharedBytes() {
        long depth = (long) lanes() * tile.inputs();
        long own = (long) sequencesEach * unitsEach();
        long floats = (long) tile.parked() * tile.inputs() * threads() + 2 * sequencesEach * depth;
        int cells = shape.cell() == Cell.LSTM ? 1 : 0;
        long products = (long) sequencesEach * threads() / lanes() * tile.columns();
        floats += own * (cells + (backward ? 1 : 0)) + (backward && cooperative() ? 0 : products);
        return (int) Math.min(Integer.MAX_VALUE, floats * Float.BYTES);
    }

    /** Memory by which blocks exchange numbers: two steps, a word of 8 bytes for each number. */
    long exchangedBytes() {
        long senders = backward ? blocks : 1;
        return cooperative() ? 2L * Long.BYTES * teams() * senders * sequencesEach * shape.units() : 0;
    }

    /** Clocks that a time step is expected to take, if there are several waves of blocks one of each. */
    public double clocks(Room room) {
        int items = sequencesEach * unitsEach();
        double clocks = STEP_CLOCKS + sequencesEach * multiplication() + (ceil(items, threads()) - 1) * ROUND_CLOCKS;
        if (cooperative()) {
            int handfuls = backward
                    ? ceil(items, threads()) * ceil(blocks, HANDFUL)
                    : ceil(shape.units(), threads()) * ceil(sequencesEach, HANDFUL);
            clocks += EXCHANGE_CLOCKS + (handfuls - 1) * MORE_EXCHANGE_CLOCKS;
        }
        return clocks * ceil(grid(), room.multiprocessors);
    }

    /**
     * Clocks for one sequence: each scheduler issues a multiply-add for 32 threads a clock, and shared memory gives 32 words
     * a clock, which are the vector, the parked weights, and what lanes tell each other.
     */
    private double multiplication() {
        int warps = threads() / WARP;
        double issue = (double) tile.columns() * tile.inputs() * ceil(warps, SCHEDULERS);
        double words = tile.inputs() * (1 + tile.parked()) + tile.columns();
        return Math.max(issue, words * warps);
    }

    private static int ceil(int count, int each) {
        return (count + each - 1) / each;
    }
}
