package org.steadygrad.engine.cpu.recurrent;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;

/**
 * What a mask does to the state after each step when segments are single steps: it stays what it was before a masked step, and
 * its gradient passes the step by.
 */
final class BoundaryMask {
    private final RecurrentShape shape;
    private final SequenceMask mask;
    private final float[] row;
    private final float[][] passing;

    BoundaryMask(RecurrentShape shape, SequenceMask mask) {
        this.shape = shape;
        this.mask = mask;
        row = new float[shape.units()];
        passing = new float[shape.stateTensors()][shape.stateLength()];
    }

    /** To be called after a step's forward pass. */
    void after(int reading, List<FloatMemory> before, List<FloatMemory> after) {
        int time = shape.time(reading);
        for (int example = 0; example < shape.examples(); example++) {
            if (!mask.present(time, example)) {
                for (int i = 0; i < after.size(); i++) {
                    before.get(i).read(example * row.length, row, row.length);
                    after.get(i).write(example * row.length, row, row.length);
                }
            }
        }
    }

    /** Before a step's backward pass: keeps the gradient that passes the step by. */
    void hold(int reading, List<FloatMemory> after) {
        for (int i = 0; i < passing.length; i++) {
            after.get(i).read(0, passing[i], passing[i].length);
        }
        zeroMasked(reading, after);
    }

    /** After a step's backward pass: gives what {@link #hold} kept. */
    void release(int reading, List<FloatMemory> before) {
        int time = shape.time(reading);
        for (int example = 0; example < shape.examples(); example++) {
            for (int i = 0; i < passing.length && !mask.present(time, example); i++) {
                System.arraycopy(passing[i], example * row.length, row, 0, row.length);
                before.get(i).write(example * row.length, row, row.length);
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
