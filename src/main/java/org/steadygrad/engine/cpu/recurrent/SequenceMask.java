package org.steadygrad.engine.cpu.recurrent;

import java.util.Arrays;
import org.steadygrad.engine.cpu.onednn.FloatMemory;

/**
 * The mask of one batch as a recurrent layer sees it: how its sequences can be run, and which row goes where when they
 * are gathered. At masked steps the output is 0 and the state is held. Readings count steps in the direction of reading.
 */
final class SequenceMask {
    private final RecurrentShape shape;
    private final FloatMemory mask;
    private final float[] values;
    private final int[] counts;
    private final int[] last;
    private final int[] sources;
    private final int[] slots;
    private final int[] kept;
    private final float[] zeros;

    /** How a batch with its mask is run. */
    enum Way {
        /** On the tensors themselves: masked steps come after all others, and nothing depends on them. */
        DIRECT,
        /** Forward, on copies in which each sequence's present steps come first. */
        GATHERED,
        /** Step by step, with the mask applied to the state in between. */
        STEPWISE
    }

    /** @param mask [steps, examples], 0 where there is no data; null when all steps are present */
    SequenceMask(RecurrentShape shape, FloatMemory mask) {
        this.shape = shape;
        this.mask = mask;
        int rows = mask == null ? 0 : mask.length();
        int examples = mask == null ? 0 : shape.examples();
        values = new float[rows];
        counts = new int[examples];
        last = new int[examples];
        sources = new int[rows];
        slots = new int[rows];
        kept = new int[rows];
        zeros = new float[Math.max(shape.inputs(), shape.units())];
    }

    /** Whether there is a mask at all. */
    boolean exists() {
        return mask != null;
    }

    /** Number of elements in a row of the input. */
    int inputs() {
        return shape.inputs();
    }

    /** Number of elements in a row of the output. */
    int units() {
        return shape.units();
    }

    boolean present(int time, int example) {
        return mask == null || values[time * shape.examples() + example] != 0;
    }

    /** Time of the last present step read; -1 when there is none. */
    int lastTime(int example) {
        if (mask == null) {
            return shape.time(shape.steps() - 1);
        }
        return counts[example] == 0 ? -1 : shape.time(last[example]);
    }

    /**
     * Takes note of the batch's mask.
     *
     * @param keeps whether the state after the last step is wanted in full: for cells with a memory apart from their output
     *     only sequences without masked steps at their end, and single steps, give it
     */
    Way read(boolean keeps) {
        if (mask == null) {
            return Way.DIRECT;
        }
        mask.read(0, values, values.length);
        boolean complete = true;
        boolean direct = true;
        for (int example = 0; example < shape.examples(); example++) {
            measure(example);
            complete &= counts[example] == shape.steps();
            direct &= counts[example] == 0 || last[example] + 1 == counts[example];
        }
        if (!complete && keeps && shape.stateTensors() > 1) {
            return Way.STEPWISE;
        }
        if (direct) {
            return Way.DIRECT;
        }
        gather();
        return Way.GATHERED;
    }

    private void measure(int example) {
        int count = 0;
        int to = 0;
        for (int reading = 0; reading < shape.steps(); reading++) {
            if (present(shape.time(reading), example)) {
                to = reading;
                count++;
            }
        }
        counts[example] = count;
        last[example] = to;
    }

    private void gather() {
        int examples = shape.examples();
        Arrays.fill(sources, -1);
        Arrays.fill(slots, -1);
        for (int example = 0; example < examples; example++) {
            int slot = example;
            for (int reading = 0; reading < shape.steps(); reading++) {
                int row = shape.time(reading) * examples + example;
                if (values[row] != 0) {
                    sources[slot] = row;
                    slots[row] = slot;
                    slot += examples;
                }
            }
        }
    }

    /** For each row of gathered sequences, the row it is a copy of; -1 for none. */
    int[] sources() {
        return sources;
    }

    /** For each row, where it is in gathered sequences; -1 for nowhere. */
    int[] slots() {
        return slots;
    }

    /** For each row its own number; -1 at masked steps. */
    int[] kept() {
        for (int row = 0; row < values.length; row++) {
            kept[row] = values[row] == 0 ? -1 : row;
        }
        return kept;
    }

    /**
     * Sets the rows of masked steps to 0.
     *
     * @param width number of elements in a row of the tensor: as many as the input or the output has
     */
    void clear(FloatMemory tensor, int width) {
        for (int row = 0; row < values.length; row++) {
            if (values[row] == 0) {
                tensor.write(row * width, zeros, width);
            }
        }
    }
}
