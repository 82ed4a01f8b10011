package org.steadygrad.engine.cpu.recurrent;

import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.program.Segmentation;

/**
 * How a recurrent layer's sequence is cut, and whether workspaces are kept for the backward pass or computed again.
 *
 * @param lengths of the segments
 * @param recompute whether all segments share one workspace
 * @param bytes that workspaces and states take
 */
record WorkspacePlan(int[] lengths, boolean recompute, long bytes) {

    /** @param training whether there is a backward pass */
    static WorkspacePlan of(RecurrentLayer.Place place, RecurrentShape shape, boolean training) {
        int steps = shape.steps();
        long stateBytes = (long) Float.BYTES * shape.stateLength() * shape.stateTensors();
        if (!training) {
            int[] lengths = Segmentation.kept(steps, shape.gates() * stateBytes);
            return new WorkspacePlan(lengths, false, (lengths.length + 1) * stateBytes);
        }
        int probe = Math.min(steps, Segmentation.SHORTEST);
        long perStep;
        try (NativeScope scope = new NativeScope()) {
            CellPrimitives cell = new CellPrimitives(place.runtime().oneDnn(), shape.over(probe), true, scope);
            perStep = (cell.workspace().get_size() + probe - 1) / probe;
        }
        int[] kept = Segmentation.kept(steps, perStep);
        long whole = steps * perStep + (kept.length + 4) * stateBytes;
        if (whole <= place.bytes()) {
            return new WorkspacePlan(kept, false, whole);
        }
        int[] recomputed = Segmentation.recomputed(steps, perStep, stateBytes);
        long rowBytes = (long) Float.BYTES * shape.examples() * (shape.units() + shape.inputs());
        long needed = recomputed[0] * (perStep + rowBytes) + (recomputed.length + 5) * stateBytes;
        if (needed > place.bytes()) {
            throw InvalidInputException.of(
                    "engine cpu, layer " + place.name(),
                    "at least " + megabytes(needed) + " MB for its states and workspace",
                    megabytes(Math.max(0, place.bytes())) + " MB, its share of what tensors leave of the memory limit",
                    "Raise memory, or take a smaller batch or shorter sequences (truncatedBptt).");
        }
        return new WorkspacePlan(recomputed, true, needed);
    }

    private static long megabytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
