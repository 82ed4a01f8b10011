package org.steadygrad.engine.cpu.loss;

import java.util.Arrays;
import java.util.Optional;
import org.steadygrad.engine.cpu.activation.Activation;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.program.BatchShape.LabelMask;

/**
 * The output layer's activation function, the loss and its gradient. A mask's number multiplies the loss and the gradient of
 * its row or element. Parts of the loss are summed in double and added up in the order of the parts.
 */
public final class LossKernel implements Kernel, Workers.Range {
    private static final int GRAIN = 4 * CpuRuntime.CHUNK;

    private final KernelContext context;
    private final LossTerms terms;
    private final boolean sparse;
    private final int labelSize;
    private final int size;
    private final int rowsAtOnce;
    private final Optional<Runnable> activation;
    private final FloatMemory logits;
    private final FloatMemory output;
    private final FloatMemory gradient;
    private final Optional<Runnable> activationBackward;
    private final Optional<FloatMemory> rowMask;
    private final Optional<FloatMemory> elementMask;
    private final boolean trained;
    private final double[] partial;
    private final LossArrays[] arrays;

    /** By thread; empty for losses with loops of their own. */
    private final FormulaTerms[] formulas;

    private double loss;

    public LossKernel(KernelContext context, PlanOperation.Loss operation, int number) {
        this.context = context;
        terms = new LossTerms(operation);
        sparse = operation.loss() == LossFunction.SPARSE_CROSS_ENTROPY;
        labelSize = operation.labelSize();
        size = operation.output().size();
        rowsAtOnce = Math.max(1, CpuRuntime.CHUNK / size);
        Activation function = new Activation(context, operation.activation());
        activation = operation.activation().isIdentity()
                ? Optional.empty()
                : Optional.of(function.forward(operation.input(), operation.output()));
        logits = context.value(operation.input());
        output = context.value(operation.output());
        Optional<FloatMemory> target = context.inputGradient(number, 0);
        trained = target.isPresent();
        gradient = trained && terms.direct() ? target.get() : context.scratch(output.length(), 0);
        activationBackward = trained && !terms.direct()
                ? Optional.of(function.backward(operation.input(), operation.output(), gradient, target.get()))
                : Optional.empty();
        context.shape().check(operation);
        boolean byElement = context.shape().labelMask() == LabelMask.ELEMENTS;
        elementMask = byElement ? context.batch().labelMask() : Optional.empty();
        rowMask = byElement ? Optional.empty() : context.batch().labelMask().or(() -> context.mask(operation.mask()));
        int threads = context.runtime().threads();
        partial = new double[threads];
        arrays = new LossArrays[threads];
        Arrays.setAll(arrays, i -> LossArrays.of(rowsAtOnce * size));
        formulas = operation
                .settings()
                .formula()
                .map(formula -> Arrays.stream(arrays)
                        .map(some -> new FormulaTerms(operation, formula, some))
                        .toArray(FormulaTerms[]::new))
                .orElse(new FormulaTerms[0]);
    }

    @Override
    public void forward(Pass pass) {
        activation.ifPresent(Runnable::run);
        if (context.training() && !trained) {
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
        context.runtime().workers().run(output.length() / size, Math.max(1, GRAIN / size), this);
        loss = 0;
        for (double part : partial) {
            loss += part;
        }
    }

    @Override
    public void run(int part, int from, int to) {
        double sum = 0;
        for (int row = from; row < to; row += rowsAtOnce) {
            sum += rows(part, row, Math.min(rowsAtOnce, to - row));
        }
        partial[part] = sum;
    }

    private double rows(int part, int first, int count) {
        LossArrays some = arrays[part];
        output.read(first * size, some.output(), count * size);
        if (terms.readsLogits()) {
            logits.read(first * size, some.logits(), count * size);
        }
        context.batch().labels().read(first * labelSize, some.labels(), count * labelSize);
        double sum = 0;
        if (formulas.length > 0) {
            sum = formulas[part].rows(count, readMask(some, first, count));
        } else if (elementMask.isPresent()) {
            elementMask.get().read(first * size, some.mask(), count * size);
            sum = masked(some, 1, count * size);
        } else if (rowMask.isPresent()) {
            rowMask.get().read(first, some.mask(), count);
            sum = masked(some, size, count);
        } else if (sparse) {
            for (int i = 0; i < count; i++) {
                sum += one(some, i, size);
            }
        } else {
            sum = terms.rows(some, 0, count * size);
        }
        gradient.write(first * size, some.gradient(), count * size);
        return sum;
    }

    /** @return how many numbers there are for each row; 0 without a mask */
    private int readMask(LossArrays some, int first, int count) {
        if (elementMask.isPresent()) {
            elementMask.get().read(first * size, some.mask(), count * size);
            return size;
        }
        rowMask.ifPresent(mask -> mask.read(first, some.mask(), count));
        return rowMask.isPresent() ? 1 : 0;
    }

    /** Each stretch of {@code width} elements has a number in the mask. */
    private double masked(LossArrays some, int width, int count) {
        float[] slopes = some.gradient();
        float[] mask = some.mask();
        double sum = 0;
        for (int i = 0; i < count; i++) {
            int from = i * width;
            int to = from + width;
            if (mask[i] == 0) {
                Arrays.fill(slopes, from, to, 0);
                continue;
            }
            sum += mask[i] * one(some, i, width);
            for (int j = from; mask[i] != 1 && j < to; j++) {
                slopes[j] *= mask[i];
            }
        }
        return sum;
    }

    private double one(LossArrays some, int number, int width) {
        int from = number * width;
        return sparse
                ? terms.sparseRow(some, (int) some.labels()[number], from, from + width)
                : terms.rows(some, from, from + width);
    }

    public double loss() {
        return loss;
    }
}
