package org.steadygrad.engine.cpu.recurrent;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cpu.activation.SaturatingActivation;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.SquaresSum;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.ParameterBlock;

/**
 * Sees to it that an overflow within a recurrent cell shows. tanh and sigmoid make a number of an infinite sum, and in oneDNN's
 * cell of ReLUs even NaN becomes 0. By the inequality of Cauchy and Schwarz the norms of weights and of what
 * they multiply bound all sums of a layer; only where the bound is beyond what floats hold are rows looked at. From the first
 * step on at which an example's sums may have overflowed, its states are NaN.
 */
final class CellOverflowCheck {
    /** Norms are sums of floats themselves. */
    private static final double SURELY_HELD = 1e37;

    private final KernelContext context;
    private final SquaresSum squares;
    private final ModelMemory model;
    private final PlanOperation.Recur operation;
    private final RecurrentShape shape;
    private final FloatMemory input;
    private final FloatMemory output;
    private final boolean ofBatch;
    private final boolean inputWithin1;
    private final boolean outputWithin1;
    private final Optional<FloatMemory> mask;

    CellOverflowCheck(KernelContext context, PlanOperation.Recur operation, RecurrentShape shape) {
        this.context = context;
        squares = new SquaresSum(context.runtime().workers());
        model = context.model().memory();
        this.operation = operation;
        this.shape = shape;
        input = context.value(operation.input());
        output = context.value(operation.output());
        ofBatch = context.model().plan().input().equals(operation.input());
        inputWithin1 = context.model().plan().operations().stream()
                .anyMatch(below -> below.output().equals(operation.input()) && staysWithin1(below));
        outputWithin1 = staysWithin1(operation);
        mask = context.mask(operation.mask());
    }

    private static boolean staysWithin1(PlanOperation operation) {
        if (operation instanceof PlanOperation.Activate activate) {
            return SaturatingActivation.knows(activate.activation());
        }
        return operation instanceof PlanOperation.Recur recur
                && (recur.cell() != PlanOperation.Cell.SIMPLE || SaturatingActivation.knows(recur.activation()));
    }

    /**
     * To be called after the forward pass.
     *
     * @param initial state that it started from, h
     * @param last all of the state that it ended with; empty if not asked for
     */
    void run(FloatMemory initial, List<FloatMemory> last) {
        double largest = norm(model.parameters(operation.weights())) * inputNorm()
                + norm(model.parameters(operation.recurrentWeights())) * (norm(output, outputWithin1) + norm(initial))
                + norm(model.parameters(operation.bias()));
        if (!(largest < SURELY_HELD)) {
            new Rows(initial, last).check();
        }
    }

    /** Or more than the norm, where elements are known to be small. */
    private double norm(FloatMemory data, boolean within1) {
        return within1 ? Math.sqrt(data.length()) : norm(data);
    }

    private double norm(FloatMemory data) {
        return Math.sqrt(squares.of(data));
    }

    private double inputNorm() {
        return ofBatch ? Math.sqrt(context.batch().featureSquares()) : norm(input, inputWithin1);
    }

    /** Looks at every row, in double, which no product of floats overflows. */
    private final class Rows {
        private final FloatMemory initial;
        private final List<FloatMemory> last;
        private final float[] weights = floats(operation.weights());
        private final float[] recurrent = floats(operation.recurrentWeights());
        private final float[] bias = floats(operation.bias());
        private final float[] x = new float[shape.inputs()];
        private final float[] h = new float[shape.units()];
        private final float[] bad = new float[shape.units()];

        Rows(FloatMemory initial, List<FloatMemory> last) {
            this.initial = initial;
            this.last = last;
            Arrays.fill(bad, Float.NaN);
        }

        private float[] floats(ParameterBlock block) {
            return model.parameters(block).toArray();
        }

        void check() {
            for (int example = 0; example < shape.examples(); example++) {
                check(example);
            }
        }

        private void check(int example) {
            boolean spoilt = false;
            initial.read(example * shape.units(), h, h.length);
            for (int i = 0; i < shape.steps(); i++) {
                int row = (shape.reverse() ? shape.steps() - 1 - i : i) * shape.examples() + example;
                boolean present = mask.isEmpty() || mask.get().get(row) != 0;
                if (present) {
                    input.read(row * shape.inputs(), x, x.length);
                    spoilt |= overflows();
                    if (spoilt) {
                        output.write(row * shape.units(), bad, bad.length);
                    }
                    output.read(row * shape.units(), h, h.length);
                }
            }
            if (spoilt) {
                last.forEach(state -> state.write(example * shape.units(), bad, bad.length));
            }
        }

        /** Whether a sum of magnitudes of the row's products isn't within what floats hold. */
        private boolean overflows() {
            for (int row = 0; row < shape.gates() * h.length; row++) {
                double sum = Math.abs(bias[row])
                        + recurrentBias(row)
                        + magnitudes(weights, row * x.length, x)
                        + magnitudes(recurrent, row * h.length, h);
                if (!(sum <= Float.MAX_VALUE)) {
                    return true;
                }
            }
            return false;
        }

        /** The fourth part of a GRU's bias goes with its third gate. */
        private double recurrentBias(int row) {
            int at = row + h.length;
            return at >= shape.gates() * h.length && at < bias.length ? Math.abs(bias[at]) : 0;
        }

        private static double magnitudes(float[] matrix, int from, float[] vector) {
            double sum = 0;
            for (int i = 0; i < vector.length; i++) {
                sum += Math.abs((double) matrix[from + i] * vector[i]);
            }
            return sum;
        }
    }
}
