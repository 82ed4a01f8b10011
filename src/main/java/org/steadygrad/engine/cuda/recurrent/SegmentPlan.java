package org.steadygrad.engine.cuda.recurrent;

import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.engine.program.Segmentation;

/**
 * How a recurrent layer's sequence is cut, and whether gates are kept for the backward pass or computed again.
 *
 * @param lengths of the segments
 * @param recompute whether all segments share one workspace
 */
record SegmentPlan(int[] lengths, boolean recompute) {
    /** States that are in use at the same time, those between segments left out: first, last, their gradient, products. */
    private static final int STATES = 8;

    /** The whole sequence at once. */
    static SegmentPlan whole(LayerShape shape, boolean recompute) {
        return new SegmentPlan(new int[] {shape.steps()}, recompute);
    }

    /**
     * @param layer name, for errors
     * @param bytes that the layer's workspace may take
     * @throws InvalidInputException when even the smallest workspace takes more
     */
    static SegmentPlan of(String layer, LayerShape shape, long bytes) {
        long stateBytes = Float.BYTES * shape.stateLength() * (shape.cell() == Cell.LSTM ? 2 : 1);
        long perStep = perStep(shape);
        if (bytes == Long.MAX_VALUE || shape.steps() * perStep + STATES * stateBytes <= bytes) {
            return whole(shape, false);
        }
        int[] lengths = Segmentation.recomputed(shape.steps(), perStep, stateBytes);
        long needed = lengths[0] * perStep + (lengths.length + STATES) * stateBytes;
        if (needed > bytes) {
            throw InvalidInputException.of(
                    "engine cuda, layer " + layer,
                    "at least " + megabytes(needed) + " MB for its states and workspace",
                    megabytes(Math.max(0, bytes)) + " MB, its share of what tensors leave of the memory limit",
                    "Raise memory, or take a smaller batch or shorter sequences (truncatedBptt).");
        }
        return new SegmentPlan(lengths, true);
    }

    /** Bytes of gates, cells and states apart from the output per time step. */
    private static long perStep(LayerShape shape) {
        long gates = (long) shape.examples() * shape.scan().width();
        long states = (shape.cells() ? shape.stateLength() : 0) + (shape.masked() ? shape.stateLength() : 0);
        return Float.BYTES * (gates + states);
    }

    private static long megabytes(long bytes) {
        return (bytes + (1 << 20) - 1) >> 20;
    }
}
