package org.steadygrad.engine.cpu.update;

import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.engine.plan.UpdateNumbers;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.ParameterBlock.Kind;

/**
 * One pass over gradient, parameters and states that makes the new parameters: average, clip, L1 and L2, updater, weight
 * decay, factor on the learning rate, step. The flat gradient itself isn't changed.
 */
final class FusedUpdate {
    /** Elements worth waking a thread for. */
    private static final int GRAIN = 1 << 13;

    private final UpdatePieces pieces;
    private final UpdateChunk[] chunks;
    private final UpdateClip clip;
    private final FloatMemory parameters;
    private final FloatMemory gradient;
    private final FloatMemory state;
    private final Workers workers;
    private final Workers.Range step = this::step;
    private final Workers.Range weigh = this::weigh;

    private final ParameterUpdate[] updates;
    private final int[][] stateOffsets;

    // One each per piece.
    private final double[] weightSums;
    private final double[] updateSums;

    private UpdateNumbers[] numbers;
    private float learningRateScale;
    private boolean trial;
    private volatile boolean overflow;

    /** @param chunks one per thread */
    FusedUpdate(
            UpdatePlan plan,
            UpdatePieces pieces,
            UpdateChunk[] chunks,
            UpdateClip clip,
            UpdateMemory memory,
            Workers workers) {
        this.pieces = pieces;
        this.chunks = chunks;
        this.clip = clip;
        this.workers = workers;
        parameters = memory.parameters();
        gradient = memory.gradient();
        state = memory.state();
        updates = plan.updates().toArray(ParameterUpdate[]::new);
        stateOffsets = new int[updates.length][];
        for (int i = 0; i < updates.length; i++) {
            stateOffsets[i] = new int[updates[i].kind().states()];
            for (int k = 0; k < stateOffsets[i].length; k++) {
                stateOffsets[i][k] = Math.toIntExact(updates[i].stateOffset(k) - updates[i].offset());
            }
        }
        weightSums = new double[pieces.count()];
        updateSums = new double[pieces.count()];
    }

    /** @return whether everything that {@link #run} would write is finite; nothing is written */
    boolean test(UpdateNumbers[] perBlock, double scale) {
        overflow = false;
        run(perBlock, scale, true);
        return !overflow;
    }

    /**
     * @param perBlock what each block is updated with
     * @param scale factor on the update of trained blocks
     */
    void run(UpdateNumbers[] perBlock, double scale) {
        run(perBlock, scale, false);
    }

    private void run(UpdateNumbers[] perBlock, double scale, boolean onTrial) {
        numbers = perBlock;
        learningRateScale = (float) scale;
        trial = onTrial;
        workers.run(pieces.length(), GRAIN, step);
    }

    /** Only finds the parameters' norms; the update's become 0. */
    void measure() {
        workers.run(pieces.length(), GRAIN, weigh);
    }

    double weightNorm(int block) {
        return Math.sqrt(pieces.sumOf(block, weightSums));
    }

    double updateNorm(int block) {
        return Math.sqrt(pieces.sumOf(block, updateSums));
    }

    private void weigh(int part, int from, int to) {
        int end = pieces.firstFrom(to);
        for (int piece = pieces.firstFrom(from); piece < end; piece++) {
            weigh(piece, chunks[part]);
        }
    }

    private void weigh(int piece, UpdateChunk chunk) {
        int n = pieces.size(piece);
        parameters.read(pieces.start(piece), chunk.parameter, n);
        weightSums[piece] = chunk.sumOfSquares(chunk.parameter, n);
        updateSums[piece] = 0;
    }

    private void step(int part, int from, int to) {
        UpdateChunk chunk = chunks[part];
        int end = pieces.firstFrom(to);
        for (int piece = pieces.firstFrom(from); piece < end; piece++) {
            if (updates[pieces.block(piece)].block().kind() == Kind.FROZEN) {
                weigh(piece, chunk);
            } else {
                step(piece, chunk);
            }
        }
    }

    private void step(int piece, UpdateChunk chunk) {
        int block = pieces.block(piece);
        int start = pieces.start(piece);
        int n = pieces.size(piece);
        gradient.read(start, chunk.gradient, n);
        parameters.read(start, chunk.parameter, n);
        for (int k = 0; k < stateOffsets[block].length; k++) {
            state.read(start + stateOffsets[block][k], chunk.state[k], n);
        }
        clip.apply(block, start, chunk.gradient, n);
        toUpdate(updates[block], numbers[block], chunk, n);
        UpdateLoops.subtract(chunk.parameter, chunk.gradient, n);
        if (trial) {
            check(stateOffsets[block].length, chunk, n);
            return;
        }
        parameters.write(start, chunk.parameter, n);
        for (int k = 0; k < stateOffsets[block].length; k++) {
            state.write(start + stateOffsets[block][k], chunk.state[k], n);
        }
        weightSums[piece] = chunk.sumOfSquares(chunk.parameter, n);
        updateSums[piece] = chunk.sumOfSquares(chunk.gradient, n);
    }

    /** Makes of the chunk's gradient what is to be subtracted from its parameters. */
    private void toUpdate(ParameterUpdate update, UpdateNumbers with, UpdateChunk chunk, int n) {
        if (with.l1() != 0) {
            UpdateLoops.addSigns(chunk.gradient, chunk.parameter, n, (float) with.l1());
        }
        if (with.l2() != 0) {
            UpdateLoops.add(chunk.gradient, chunk.parameter, n, (float) with.l2());
        }
        UpdaterLoops.run(update.kind(), chunk, n, with);
        if (with.weightDecay() != 0) {
            UpdateLoops.add(chunk.gradient, chunk.parameter, n, (float) with.weightDecay());
        }
        if (learningRateScale != 1 && update.block().trained()) {
            UpdateLoops.scale(chunk.gradient, 0, n, learningRateScale);
        }
    }

    private void check(int states, UpdateChunk chunk, int n) {
        boolean finite = UpdateLoops.finite(chunk.gradient, n) && UpdateLoops.finite(chunk.parameter, n);
        for (int k = 0; k < states; k++) {
            finite = finite && UpdateLoops.finite(chunk.state[k], n);
        }
        if (!finite) {
            overflow = true;
        }
    }
}
