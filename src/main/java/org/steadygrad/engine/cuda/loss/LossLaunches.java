package org.steadygrad.engine.cuda.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * The launches that make an output, and in training the loss and its gradient: one that goes over all elements, and one that
 * adds up what its blocks leave. A row of a softmax belongs to one warp, or, if it is long, to one block.
 */
final class LossLaunches {
    private static final String FILE = "loss";
    private static final String FORMULAS = "formula_loss";
    private static final int WARP = 32;

    /** Most classes of a row whose elements stay in the registers of a warp. */
    static final int MOST_PER_WARP = 1024;

    private final CudaRuntime runtime;
    private final PlanOperation.Loss operation;
    private final LossTensors tensors;
    private final long elements;
    private final int size;

    private LossLaunches(CudaRuntime runtime, PlanOperation.Loss operation, LossTensors tensors) {
        this.runtime = runtime;
        this.operation = operation;
        this.tensors = tensors;
        elements = tensors.output().length();
        size = operation.output().size();
    }

    /** In the order in which they must run; none if there is nothing to do. */
    static List<Launch> of(CudaRuntime runtime, PlanOperation.Loss operation, LossTensors tensors) {
        List<Launch> launches = new ArrayList<>();
        if (tensors.training().isPresent() || !operation.activation().isIdentity()) {
            new LossLaunches(runtime, operation, tensors).append(launches);
        }
        return launches;
    }

    private void append(List<Launch> launches) {
        boolean softmax = operation.activation().kind() == Kind.SOFTMAX;
        boolean formula =
                operation.settings().formula().isPresent() && tensors.training().isPresent();
        long threads = !softmax ? elements : formula ? elements / size * WARP : threads();
        int blocks = runtime.blocks(threads);
        if (formula) {
            LossTensors.Training training = tensors.training().orElseThrow();
            launches.add(softmax ? rowsByFormula(blocks, training) : singleByFormula(blocks, training));
        } else {
            launches.add(softmax ? rows(blocks) : single(blocks));
        }
        tensors.training()
                .ifPresent(training -> launches.add(runtime.each(1, FILE, "fold_loss")
                        .with(training.partial())
                        .with(blocks)
                        .with(training.sum())));
    }

    /** That all rows of a softmax keep busy. */
    private long threads() {
        return elements / size * (size <= MOST_PER_WARP ? WARP : CudaRuntime.BLOCK);
    }

    private Launch rows(int blocks) {
        return runtime.each(blocks, FILE, size <= MOST_PER_WARP ? "softmax_loss" : "softmax_loss_wide")
                .with(tensors.input())
                .with(tensors.output())
                .with(orNull(tensors.labels()))
                .with(
                        operation.loss() == LossFunction.SPARSE_CROSS_ENTROPY
                                        && tensors.training().isPresent()
                                ? 1
                                : 0)
                .with(orNull(tensors.mask()))
                .with(orNull(tensors.gradient()))
                .with(orNull(tensors.partial()))
                .with(elements / size)
                .with(size);
    }

    private Launch single(int blocks) {
        ActivationFunction function = operation.activation();
        return runtime.each(blocks, FILE, "element_loss")
                .with(tensors.input())
                .with(tensors.output())
                .with(orNull(tensors.labels()))
                .with(orNull(tensors.mask()))
                .with((long) tensors.maskWidth())
                .with(orNull(tensors.gradient()))
                .with(orNull(tensors.partial()))
                .with(elements)
                .with(function.kind().ordinal())
                .with((float) function.alpha())
                .with(0)
                .with(kind())
                .with((float) operation.settings().clip())
                .with((float) (1 - operation.settings().clip()))
                .with((float) share());
    }

    private Launch rowsByFormula(int blocks, LossTensors.Training training) {
        List<Double> numbers = operation.settings().numbers();
        return runtime.each(blocks, FORMULAS, "softmax_formula_loss")
                .with(tensors.input())
                .with(tensors.output())
                .with(training.labels())
                .with(orNull(training.byOutput()))
                .with(orNull(training.mask()))
                .with(orNull(training.gradient()))
                .with(training.partial())
                .with(elements / size)
                .with(size)
                .withDouble(numbers.get(0))
                .withDouble(numbers.get(1));
    }

    private Launch singleByFormula(int blocks, LossTensors.Training training) {
        ActivationFunction function = operation.activation();
        return runtime.each(blocks, FORMULAS, "element_formula_loss")
                .with(tensors.input())
                .with(tensors.output())
                .with(training.labels())
                .with(orNull(training.mask()))
                .with((long) training.maskWidth())
                .with(orNull(training.gradient()))
                .with(training.partial())
                .with(elements)
                .with(function.kind().ordinal())
                .with((float) function.alpha())
                .with(kind())
                .with(orNull(training.numbers()))
                .with(operation.settings().numbers().size())
                .withDouble(share());
    }

    private static DeviceMemory orNull(Optional<DeviceMemory> memory) {
        return memory.orElse(null);
    }

    /** The numbers of loss.cu, or of formula_loss.cu. */
    private int kind() {
        return switch (operation.loss()) {
            case BINARY_CROSS_ENTROPY -> 0;
            case MEAN_SQUARED_ERROR, SQUARED_ERROR -> 1;
            case MEAN_ABSOLUTE_ERROR, ABSOLUTE_ERROR -> 2;
            case SIGMOID_LOSS -> 0;
            case HUBER -> 1;
            case PINBALL -> 2;
            case NEGATIVE_BINOMIAL -> 3;
            case CROSS_ENTROPY, SPARSE_CROSS_ENTROPY, SOFTMAX_LOSS ->
                throw new IllegalStateException("engine cuda: " + operation.loss() + " without softmax");
        };
    }

    /** What the terms of a row are multiplied by. */
    private double share() {
        return switch (operation.loss()) {
            case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER, PINBALL, NEGATIVE_BINOMIAL -> 1.0 / size;
            default -> 1;
        };
    }
}
