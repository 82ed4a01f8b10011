package org.steadygrad.engine.dl4j;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.dl4j.RecurrentCell.Back;
import org.steadygrad.engine.dl4j.RecurrentCell.State;
import org.steadygrad.engine.dl4j.RecurrentCell.Step;

/**
 * Unrolls a {@link RecurrentCell} over a sequence, forward once and then backward. At a masked step the output is 0 and
 * takes no gradient; the state is held.
 */
final class CellRecursion {
    private final RecurrentCell cell;
    private final INDArray weights;
    private final INDArray mask;
    private final int steps;
    private final int examples;
    private final List<Step> done = new ArrayList<>();

    /**
     * @param weights W, [nIn, gates * units]
     * @param bias what is added to {@code x W}, [1, gates * units]
     * @param input x, [batch, nIn, time]
     * @param mask [batch, time] or null
     * @param start state before the first step; null for zeros
     */
    CellRecursion(RecurrentCell cell, INDArray weights, INDArray bias, INDArray input, INDArray mask, State start) {
        this.cell = cell;
        this.weights = weights;
        this.mask = mask == null ? null : mask.castTo(weights.dataType()).neq(0).castTo(weights.dataType());
        examples = (int) input.size(0);
        steps = (int) input.size(2);
        INDArray rows = input.castTo(weights.dataType()).permute(2, 0, 1).dup('c');
        INDArray projected = rows.reshape('c', (long) steps * examples, input.size(1))
                .mmul(weights)
                .addiRowVector(bias);
        State state = start == null ? zeros() : start;
        for (int t = 0; t < steps; t++) {
            INDArray row = projected.get(interval((long) t * examples, (long) (t + 1) * examples), all());
            Step step = cell.forward(row, state);
            state = masked(step.after(), step.before(), t);
            done.add(new Step(step.before(), state, step.kept()));
        }
    }

    private State zeros() {
        INDArray h = Nd4j.create(weights.dataType(), new long[] {examples, cell.units()}, 'f');
        return new State(h, cell.hasMemory() ? h.dup() : null);
    }

    private State masked(State state, State before, int step) {
        if (mask == null) {
            return state;
        }
        INDArray c = state.c() == null ? null : held(state.c(), before.c(), step);
        return new State(held(state.h(), before.h(), step), c);
    }

    private INDArray held(INDArray after, INDArray before, int step) {
        INDArray column = mask.getColumn(step, true);
        return after.mulColumnVector(column).addi(before.mulColumnVector(column.rsub(1)));
    }

    /** The state after a step. */
    State state(int step) {
        return done.get(step).after();
    }

    /** The layer's output, [batch, units, time]. */
    INDArray output() {
        INDArray out = Nd4j.create(weights.dataType(), new long[] {examples, cell.units(), steps}, 'f');
        for (int t = 0; t < steps; t++) {
            out.get(all(), all(), point(t)).assign(seen(done.get(t).after().h(), t));
        }
        return out;
    }

    /** The gradient of a held state, which passes a masked step by. */
    private INDArray passing(INDArray gradient, int step) {
        return gradient.sub(seen(gradient, step));
    }

    /** 0 for masked examples. */
    private INDArray seen(INDArray array, int step) {
        return mask == null ? array : array.mulColumnVector(mask.getColumn(step, true));
    }

    /**
     * Goes back from the last step to the first.
     *
     * @param epsilon derivative of the loss with respect to the layer's output, [batch, units, time]
     * @param gradients is given, step by step, the derivative with respect to h_t: the layer's output at t together with
     *     all that it leads to later; at masked steps what passes through the held state
     * @return derivative with respect to x, [batch, nIn, time]
     */
    INDArray backward(INDArray epsilon, ObjIntConsumer<INDArray> gradients) {
        INDArray dx = Nd4j.create(weights.dataType(), new long[] {examples, weights.size(0), steps}, 'f');
        State flow = zeros();
        for (int t = steps - 1; t >= 0; t--) {
            INDArray here = seen(epsilon.get(all(), all(), point(t)).castTo(weights.dataType()), t);
            INDArray dh = flow.h().add(here);
            INDArray dc = flow.c();
            gradients.accept(dh, t);
            Back back = cell.backward(done.get(t), new State(seen(dh, t), dc == null ? null : seen(dc, t)));
            dx.get(all(), all(), point(t)).assign(back.input().mmul(weights.transpose()));
            flow = back.before();
            if (mask != null) {
                flow = new State(
                        flow.h().add(passing(dh, t)),
                        dc == null ? null : flow.c().add(passing(dc, t)));
            }
        }
        return dx;
    }
}
