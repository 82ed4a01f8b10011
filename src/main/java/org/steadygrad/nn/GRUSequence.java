package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A {@link GRUCell} run over a sequence, forward and backward. Everything that doesn't depend on the state is one
 * matrix product over all time steps: the inputs' part before the loop, the weights' gradients after it.
 */
final class GRUSequence {
    private final INDArray inputWeights;
    private final INDArray bias;
    private final GRUCell cell;
    private final int hidden;

    GRUSequence(INDArray inputWeights, INDArray recurrentWeights, INDArray bias, GRU conf) {
        this.inputWeights = inputWeights;
        this.bias = bias.reshape(bias.length());
        this.cell = GRUCell.of(recurrentWeights, conf);
        this.hidden = cell.hidden();
    }

    /** Where the memory of a forward pass comes from, and whether it is one of training. */
    record Pass(LayerWorkspaceMgr workspaces, ArrayType where, boolean training) {}

    /**
     * @param x [batch, nIn, time]
     * @param initial [batch, nOut]; null for zeros
     * @param mask [batch, time], 0 where a step is to be skipped; may be null
     */
    GRUTape forward(INDArray x, INDArray initial, INDArray mask, Pass pass) {
        int steps = (int) x.size(2);
        INDArray input = timeMajor(x, 0, pass);
        GRUTape tape = new GRUTape(input, steps, cell, pass.workspaces(), pass.where());
        if (mask != null) {
            setMask(tape, mask, pass);
        }
        if (initial == null) {
            tape.at(tape.states, 0).assign(0);
        } else {
            tape.at(tape.states, 0).assign(initial);
        }
        multiplyInputs(tape);
        INDArray scratch = Nd4j.createUninitialized(input.dataType(), tape.batch, hidden);
        for (int t = 0; t < steps; t++) {
            cell.forward(tape, t, scratch, pass.training());
            holdMasked(tape, t, scratch);
        }
        return tape;
    }

    private void multiplyInputs(GRUTape tape) {
        Products.fillRows(part(bias, 0, 2), tape.gates);
        Products.fillRows(part(bias, 2, 3), tape.candidate);
        Products.fillRows(part(bias, 3, 4), tape.recurrent);
        Products.addProduct(tape.input, gateColumns(inputWeights), tape.gates);
        Products.addProduct(tape.input, candidateColumns(inputWeights), tape.candidate);
    }

    private void setMask(GRUTape tape, INDArray mask, Pass pass) {
        INDArray column = mask.castTo(tape.input.dataType()).transpose().dup('c');
        tape.present =
                pass.workspaces().createUninitialized(pass.where(), column.dataType(), tape.candidate.shape(), 'c');
        Products.fillColumns(column, tape.present);
        double[] lowest = column.min(1).toDoubleVector();
        tape.anyMasked = new boolean[tape.steps];
        for (int t = 0; t < tape.steps; t++) {
            tape.anyMasked[t] = lowest[t] != 1;
        }
    }

    /** Examples that are masked at step t keep the state exactly: 1 * old + 0 * new. */
    private static void holdMasked(GRUTape tape, int t, INDArray scratch) {
        if (tape.anyMasked == null || !tape.anyMasked[t]) {
            return;
        }
        INDArray present = tape.at(tape.present, t);
        INDArray next = tape.at(tape.states, t + 1);
        next.muli(present);
        present.rsub(1, scratch).muli(tape.at(tape.states, t));
        next.addi(scratch);
    }

    /** The layer's output [batch, nOut, time] in 'f' order: the states, with zeros at masked steps. */
    INDArray output(GRUTape tape, LayerWorkspaceMgr workspaces) {
        INDArray states = tape.states.get(interval(tape.batch, tape.states.rows()), all());
        INDArray visible = tape.present == null ? states : states.mul(tape.present);
        return batchMajor(visible, tape, ArrayType.ACTIVATIONS, workspaces);
    }

    /**
     * Gradients of one backward pass.
     *
     * @param input [batch, nIn, time]
     * @param initialState [batch, nOut]
     * @param states with respect to each state, all that it leads to later included, [(time + 1) * batch, nOut]; valid
     *     as long as the pass's working memory is
     */
    record Gradients(INDArray input, INDArray initialState, INDArray states) {
        /** Norm over the minibatch of the gradient with respect to the state after each step. */
        double[] normsByStep(int steps) {
            INDArray bySteps = states.reshape('c', new long[] {steps + 1L, states.length() / (steps + 1L)});
            double[] norms = bySteps.norm2(1).toDoubleVector();
            return Arrays.copyOfRange(norms, 1, norms.length);
        }
    }

    /**
     * Writes the parameters' gradients into {@code views} and uses the tape up.
     *
     * @param epsilon gradient with respect to the output, [batch, nOut, time]
     * @param firstStep steps before this one are left out, as if they were constants
     */
    Gradients backward(
            GRUTape tape, INDArray epsilon, int firstStep, Map<String, INDArray> views, LayerWorkspaceMgr workspaces) {
        INDArray dStates = timeMajor(epsilon, 1, new Pass(workspaces, ArrayType.BP_WORKING_MEM, true));
        if (tape.present != null) {
            dStates.get(interval(tape.batch, dStates.rows()), all()).muli(tape.present);
        }
        GRUSlopes slopes = GRUSlopes.of(tape, cell);
        INDArray scratch = Nd4j.createUninitialized(dStates.dataType(), tape.batch, hidden);
        for (int t = tape.steps - 1; t >= firstStep; t--) {
            cell.backward(tape, slopes, dStates, t, scratch);
        }
        long from = (long) firstStep * tape.batch;
        INDArray dGates = from(tape.gates, from);
        INDArray dCandidate = from(slopes.candidate(), from);
        INDArray dRecurrent = from(slopes.update(), from);
        INDArray before = tape.states.get(interval(from, tape.candidate.rows()), all());
        weightGradients(views.get(GRUParamInitializer.INPUT_WEIGHT_KEY), from(tape.input, from), dGates, dCandidate);
        weightGradients(views.get(GRUParamInitializer.RECURRENT_WEIGHT_KEY), before, dGates, dRecurrent);
        INDArray dBias = views.get(GRUParamInitializer.BIAS_KEY);
        Products.sumRows(dGates, part(dBias, 0, 2));
        Products.sumRows(dCandidate, part(dBias, 2, 3));
        Products.sumRows(dRecurrent, part(dBias, 3, 4));

        INDArray dInput = tape.input;
        if (firstStep > 0) {
            dInput.assign(0);
        }
        Products.productTransposed(dGates, gateColumns(inputWeights), from(dInput, from));
        Products.addProductTransposed(dCandidate, candidateColumns(inputWeights), from(dInput, from));
        return new Gradients(
                batchMajor(dInput, tape, ArrayType.ACTIVATION_GRAD, workspaces), tape.at(dStates, firstStep), dStates);
    }

    private void weightGradients(INDArray view, INDArray rows, INDArray dGates, INDArray dCandidate) {
        Products.transposedProduct(rows, dGates, gateColumns(view));
        Products.transposedProduct(rows, dCandidate, candidateColumns(view));
    }

    private INDArray gateColumns(INDArray weights) {
        return weights.get(all(), interval(0, 2L * hidden));
    }

    private INDArray candidateColumns(INDArray weights) {
        return weights.get(all(), interval(2L * hidden, 3L * hidden));
    }

    private INDArray part(INDArray biases, long first, long end) {
        return biases.get(interval(first * hidden, end * hidden));
    }

    private static INDArray from(INDArray buffer, long row) {
        return row == 0 ? buffer : buffer.get(interval(row, buffer.rows()), all());
    }

    /** [batch, size, time] copied to [(leading + time) * batch, size], the leading steps zero. */
    private static INDArray timeMajor(INDArray array, int leading, Pass pass) {
        long batch = array.size(0);
        long size = array.size(1);
        long steps = array.size(2);
        long[] shape = {leading + steps, batch, size};
        INDArray copy = pass.workspaces().createUninitialized(pass.where(), array.dataType(), shape, 'c');
        if (leading > 0) {
            copy.get(interval(0, leading), all(), all()).assign(0);
        }
        copy.get(interval(leading, leading + steps), all(), all()).assign(array.permute(2, 0, 1));
        return copy.reshape('c', new long[] {(leading + steps) * batch, size});
    }

    private static INDArray batchMajor(INDArray rows, GRUTape tape, ArrayType where, LayerWorkspaceMgr workspaces) {
        long size = rows.size(1);
        INDArray result =
                workspaces.createUninitialized(where, rows.dataType(), new long[] {tape.batch, size, tape.steps}, 'f');
        result.permute(2, 0, 1).assign(rows.reshape('c', new long[] {tape.steps, tape.batch, size}));
        return result;
    }
}
