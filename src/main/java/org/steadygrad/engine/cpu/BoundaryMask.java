package org.steadygrad.engine.cpu;

import java.util.Arrays;
import java.util.List;

/**
 * What a mask does to the state after each step when segments are single steps: a held state stays what it was before a
 * masked step and its gradient passes by the step; otherwise the state is 0 there and takes no gradient.
 */
final class BoundaryMask {
    private final RecurrentShape shape;
    private final SequenceMask mask;
    private final float[] row;
    private final float[] passing;

    BoundaryMask(RecurrentShape shape, SequenceMask mask) {
        this.shape = shape;
        this.mask = mask;
        row = new float[shape.units()];
        passing = new float[shape.stateLength()];
    }

    /** To be called after a step's forward pass. */
    void after(int reading, List<FloatMemory> before, List<FloatMemory> after) {
        int time = shape.time(reading);
        for (int example = 0; example < shape.examples(); example++) {
            if (!mask.present(time, example)) {
                for (int i = 0; i < after.size(); i++) {
                    if (mask.held()) {
                        before.get(i).read(example * row.length, row, row.length);
                        after.get(i).write(example * row.length, row, row.length);
                    } else {
                        zero(after.get(i), example);
                    }
                }
            }
        }
    }

    /** Before a step's backward pass: takes the gradient of a state that is 0 whatever came before. */
    void forget(int reading, List<FloatMemory> after) {
        if (!mask.held()) {
            zeroMasked(reading, after);
        }
    }

    /** Before a step's backward pass, after {@link #forget}: keeps the gradient that passes by the step. */
    void hold(int reading, List<FloatMemory> after) {
        if (mask.held()) {
            after.get(0).read(0, passing, passing.length);
            zeroMasked(reading, after);
        }
    }

    /** After a step's backward pass: gives what {@link #hold} kept. */
    void release(int reading, List<FloatMemory> before) {
        if (!mask.held()) {
            return;
        }
        int time = shape.time(reading);
        for (int example = 0; example < shape.examples(); example++) {
            if (!mask.present(time, example)) {
                System.arraycopy(passing, example * row.length, row, 0, row.length);
                before.get(0).write(example * row.length, row, row.length);
            }
        }
    }

    private void zeroMasked(int reading, List<FloatMemory> tensors) {
        int time = shape.time(reading);
        for (int example = 0; example < shape.examples(); example++) {
            if (!mask.present(time, example)) {
                for (int i = 0; i < tensors.size(); i++) {
                    zero(tensors.get(i), example);
                }
            }
        }
    }

    private void zero(FloatMemory tensor, int example) {
        Arrays.fill(row, 0);
        tensor.write(example * row.length, row, row.length);
    }
}
