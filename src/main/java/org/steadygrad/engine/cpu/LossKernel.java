package org.steadygrad.engine.cpu;

import java.util.Arrays;
import java.util.Optional;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.program.BatchShape.LabelMask;

/**
 * The output layer's activation function, the loss and its gradient. A mask's number multiplies the loss and the gradient of
 * its row or element. Parts of the loss are summed in double and added up in the order of the parts.
 */
final class LossKernel implements Kernel, Workers.Range {
    private static final int GRAIN = 4 * CpuRuntime.CHUNK;

    private final Program program;
    private final LossTerms terms;
    private final boolean sparse;
    private final int size;
    private final int rowsAtOnce;
    private final Optional<Runnable> activation;
    private final FloatMemory output;
    private final FloatMemory gradient;
    private final Optional<Runnable> activationBackward;
    private final Optional<FloatMemory> rowMask;
    private final Optional<FloatMemory> elementMask;
    private final boolean trained;
    private final double[] partial;
    private final float[][][] arrays;
    private double loss;

    LossKernel(Program program, PlanStep.Loss step, int number) {
        this.program = program;
        terms = new LossTerms(step);
        sparse = step.loss() == LossFunction.SPARSE_CROSS_ENTROPY;
        size = step.output().size();
        rowsAtOnce = Math.max(1, CpuRuntime.CHUNK / size);
        Activation function = new Activation(program, step.activation());
        activation = step.activation().isIdentity()
                ? Optional.empty()
                : Optional.of(function.forward(step.input(), step.output()));
        output = program.value(step.output());
        Optional<FloatMemory> target = program.inputGradient(number, 0);
        trained = target.isPresent();
        gradient = trained && terms.direct() ? target.get() : program.scratch(output.length(), 0);
        activationBackward = trained && !terms.direct()
                ? Optional.of(function.backward(step.input(), step.output(), gradient, target.get()))
                : Optional.empty();
        program.shape().check(step);
        boolean byElement = program.shape().labelMask() == LabelMask.ELEMENTS;
        elementMask = byElement ? program.batch().labelMask() : Optional.empty();
        rowMask = byElement ? Optional.empty() : program.batch().labelMask().or(() -> program.mask(step.mask()));
        int threads = program.runtime().threads();
        partial = new double[threads];
        arrays = new float[threads][4][rowsAtOnce * size];
    }

    @Override
    public void forward(Pass pass) {
        activation.ifPresent(Runnable::run);
        if (program.training() && !trained) {
            runRows();
        }
    }

    @Override
    public void backward(Pass pass) {
        runRows();
        activationBackward.ifPresent(Runnable::run);
    }

    private void runRows() {
        Arrays.fill(partial, 0);
        program.runtime().workers().run(output.length() / size, Math.max(1, GRAIN / size), this);
        loss = 0;
        for (double part : partial) {
            loss += part;
        }
    }

    @Override
    public void run(int part, int from, int to) {
        double sum = 0;
        for (int row = from; row < to; row += rowsAtOnce) {
            sum += rows(arrays[part], row, Math.min(rowsAtOnce, to - row));
        }
        partial[part] = sum;
    }

    private double rows(float[][] heap, int first, int count) {
        float[] labels = heap[1];
        float[] mask = heap[3];
        output.read(first * size, heap[0], count * size);
        int perRow = sparse ? 1 : size;
        program.batch().labels().read(first * perRow, labels, count * perRow);
        double sum = 0;
        if (elementMask.isPresent()) {
            elementMask.get().read(first * size, mask, count * size);
            sum = masked(heap, 1, count * size);
        } else if (rowMask.isPresent()) {
            rowMask.get().read(first, mask, count);
            sum = masked(heap, size, count);
        } else if (sparse) {
            for (int i = 0; i < count; i++) {
                sum += one(heap, i, size);
            }
        } else {
            sum = terms.rows(heap[0], labels, heap[2], 0, count * size);
        }
        gradient.write(first * size, heap[2], count * size);
        return sum;
    }

    /** Each stretch of {@code width} elements has a number in the mask. */
    private double masked(float[][] heap, int width, int count) {
        float[] slopes = heap[2];
        float[] mask = heap[3];
        double sum = 0;
        for (int i = 0; i < count; i++) {
            int from = i * width;
            int to = from + width;
            if (mask[i] == 0) {
                Arrays.fill(slopes, from, to, 0);
                continue;
            }
            sum += mask[i] * one(heap, i, width);
            for (int j = from; mask[i] != 1 && j < to; j++) {
                slopes[j] *= mask[i];
            }
        }
        return sum;
    }

    private double one(float[][] heap, int number, int width) {
        int from = number * width;
        return sparse
                ? terms.sparseRow(heap[0], (int) heap[1][number], heap[2], from, from + width)
                : terms.rows(heap[0], heap[1], heap[2], from, from + width);
    }

    double loss() {
        return loss;
    }
}
