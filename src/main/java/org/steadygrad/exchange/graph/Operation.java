package org.steadygrad.exchange.graph;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.steadygrad.check.Check;

/**
 * What a node of a graph computes. Values are
 *
 * <ul>
 *   <li>vectors, [batch, features];
 *   <li>sequences, [batch, time, features], in the order of time;
 *   <li>symbols, [batch] or [batch, time], whole numbers;
 *   <li>masks, [batch, time], 1 where a step counts and 0 where it is padding.
 * </ul>
 *
 * Nothing is implied: an operation that regards a mask has it among its inputs, and is said here what it does with it. Where inputs
 * are listed as {@code (x, mask?)}, the mask is there if {@code masked} is set.
 */
public sealed interface Operation {
    /** All arrays of the operation, in the order of its components. */
    default List<Weight> weights() {
        return List.of();
    }

    /**
     * The same operation with other arrays.
     *
     * @param change what stands in the place of an array, of the same shape
     */
    default Operation withWeights(UnaryOperator<Weight> change) {
        return this;
    }

    /** Number of outputs; all but {@link Recurrent} have one. */
    default int outputs() {
        return 1;
    }

    private static List<Weight> present(Stream<Optional<Weight>> weights) {
        return weights.flatMap(Optional::stream).toList();
    }

    /**
     * (x): {@code activation(x W + b)} over the last axis of a vector or of each step of a sequence.
     *
     * @param kernel W, [inputs, units]
     * @param bias b, [units]
     */
    record Dense(Weight kernel, Optional<Weight> bias, Function activation) implements Operation {
        public Dense {
            Check.that(kernel.shape().size() == 2, "dense", "a matrix as " + kernel.name(), "shape " + kernel.shape());
            bias.ifPresent(weight -> weight.requireShape("dense", kernel.size(1)));
        }

        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new Dense(change.apply(kernel), bias.map(change), activation);
        }

        @Override
        public List<Weight> weights() {
            return present(Stream.of(Optional.of(kernel), bias));
        }
    }

    /** What a recurrent layer gives at a masked step, where its state stays as it is. */
    enum MaskedOutput {
        /** Zeros: PyTorch's packed sequences, this toolkit, Keras within {@code Bidirectional}. */
        ZERO,
        /** What it gave at the step read before; zeros before the first. Keras. */
        REPEAT
    }

    /**
     * (x, mask?, starts...): a cell over the steps of a sequence. Outputs are: 0, the sequence of outputs h', each at the place of its step whatever the
     * direction; 1, h after the last step that was read; 2, the LSTM's c then. At a masked step no state changes.
     *
     * @param reversed whether steps are read from the last to the first
     * @param masked whether there is a mask among the inputs
     * @param maskedOutput what output 0 is at masked steps
     * @param starts whether initial states are among the inputs, (h) or (h, c), [batch, units]; zeros otherwise
     * @param clip the arguments of all activation functions but the LSTM's output function are limited to [-clip, clip]; infinite for none
     * @param inputDropout share of the input that training drops, the same at all steps of a sequence
     */
    record Recurrent(
            Cell cell,
            boolean reversed,
            boolean masked,
            MaskedOutput maskedOutput,
            boolean starts,
            double clip,
            double inputDropout)
            implements Operation {
        public Recurrent {
            Check.that(clip > 0, "recurrent layer", "clip to be above 0", clip);
            Check.inHalfOpen(inputDropout, 0, 1, "recurrent layer", "inputDropout");
        }

        /** Forward in time, without mask, initial states, clip and dropout. */
        public static Recurrent of(Cell cell) {
            return new Recurrent(cell, false, false, MaskedOutput.ZERO, false, Double.POSITIVE_INFINITY, 0);
        }

        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new Recurrent(cell.withWeights(change), reversed, masked, maskedOutput, starts, clip, inputDropout);
        }

        @Override
        public List<Weight> weights() {
            return cell.weights();
        }

        @Override
        public int outputs() {
            return 1 + cell.states();
        }
    }

    /**
     * (symbols): rows of a table.
     *
     * @param table [symbols, features]
     */
    record Embedding(Weight table) implements Operation {
        public Embedding {
            Check.that(table.shape().size() == 2, "embedding", "a matrix as " + table.name(), "shape " + table.shape());
        }

        /** Whether the rows are one-hot codes of the symbols. */
        public boolean isOneHot() {
            int size = table.size(0);
            boolean same = size == table.size(1);
            for (int i = 0; same && i < table.values().length; i++) {
                same = table.values()[i] == (i / size == i % size ? 1 : 0);
            }
            return same;
        }

        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new Embedding(change.apply(table));
        }

        @Override
        public List<Weight> weights() {
            return List.of(table);
        }
    }

    /**
     * (x, mask?): {@code gamma (x - mean) / sqrt(variance + epsilon) + beta} by feature, masked steps included. Training takes mean and biased
     * variance over the batch and all of its steps that aren't masked.
     *
     * @param gamma [features]; 1 where it is missing
     * @param beta [features]; 0 where it is missing
     * @param momentum share of the old statistics that stays at a step of training
     */
    record BatchNorm(
            Optional<Weight> gamma,
            Optional<Weight> beta,
            Weight mean,
            Weight variance,
            double epsilon,
            double momentum,
            boolean masked)
            implements Operation {
        public BatchNorm {
            int features = mean.size(0);
            for (Weight weight : present(Stream.of(gamma, beta, Optional.of(mean), Optional.of(variance)))) {
                weight.requireShape("batch norm", features);
            }
            Check.nonNegative(epsilon, "batch norm", "epsilon");
        }

        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new BatchNorm(
                    gamma.map(change),
                    beta.map(change),
                    change.apply(mean),
                    change.apply(variance),
                    epsilon,
                    momentum,
                    masked);
        }

        @Override
        public List<Weight> weights() {
            return present(Stream.of(gamma, beta, Optional.of(mean), Optional.of(variance)));
        }
    }

    /**
     * (x): {@code gamma (x - mean) / sqrt(variance + epsilon) + beta} with mean and biased variance over the features of each vector or step.
     *
     * @param gamma [features]; 1 where it is missing
     * @param beta [features]; 0 where it is missing
     */
    record LayerNorm(Optional<Weight> gamma, Optional<Weight> beta, double epsilon) implements Operation {
        public LayerNorm {
            Check.nonNegative(epsilon, "layer norm", "epsilon");
        }

        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new LayerNorm(gamma.map(change), beta.map(change), epsilon);
        }

        @Override
        public List<Weight> weights() {
            return present(Stream.of(gamma, beta));
        }
    }

    /**
     * (x): {@code (x - mean) / deviation} by feature, with constants; Keras's Normalization.
     *
     * @param mean [features]
     * @param deviation [features], none 0
     */
    record Standardize(Weight mean, Weight deviation) implements Operation {
        public Standardize {
            deviation.requireShape("standardize", mean.size(0));
            for (float number : deviation.values()) {
                Check.that(
                        number != 0 && Float.isFinite(number),
                        "standardize",
                        "deviations that are finite and not 0",
                        number);
            }
        }

        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new Standardize(change.apply(mean), change.apply(deviation));
        }

        @Override
        public List<Weight> weights() {
            return List.of(mean, deviation);
        }
    }

    /** (x): {@code factor x + offset}, with constants; Keras's Rescaling. */
    record Affine(double factor, double offset) implements Operation {
        public Affine {
            Check.that(
                    Double.isFinite(factor) && Double.isFinite(offset),
                    "affine",
                    "finite numbers",
                    factor + ", " + offset);
        }
    }

    /** (x): an activation function. */
    record Activate(Function function) implements Operation {}

    /**
     * (x): x above 0, else {@code slope x}.
     *
     * @param slopes [features], learned
     */
    record PRelu(Weight slopes) implements Operation {
        @Override
        public Operation withWeights(UnaryOperator<Weight> change) {
            return new PRelu(change.apply(slopes));
        }

        @Override
        public List<Weight> weights() {
            return List.of(slopes);
        }
    }

    /** (x): x; in training each element is dropped with the probability {@code rate}, and the others divided by 1 - rate. */
    record Dropout(double rate) implements Operation {
        public Dropout {
            Check.inHalfOpen(rate, 0, 1, "dropout", "rate");
        }
    }

    /** (a, b, ...): values of one shape joined elementwise, or, CONCATENATE, along the last axis. */
    record Merge(Kind kind) implements Operation {
        /** How. SUBTRACT takes two inputs, a - b. */
        public enum Kind {
            ADD,
            SUBTRACT,
            MULTIPLY,
            AVERAGE,
            MAXIMUM,
            MINIMUM,
            CONCATENATE
        }
    }

    /** (x, mask?): a sequence to a vector, over the steps that aren't masked; an average over none is 0 / 0 = NaN, a maximum over none -infinity. */
    record Pool(Kind kind, boolean masked) implements Operation {
        /** How. */
        public enum Kind {
            AVERAGE,
            MAXIMUM,
            SUM
        }
    }

    /** (x): the first or the last step of a sequence, masked or not. */
    record TakeStep(boolean last) implements Operation {}

    /** (x): a sequence, or a mask, in the reverse order of all its steps. */
    record ReverseTime() implements Operation {}

    /** (vector): the vector at each of so many steps. */
    record RepeatVector(int steps) implements Operation {
        public RepeatVector {
            Check.positive(steps, "repeat vector", "steps");
        }
    }

    /** (x): features {@code from} (inclusive, from 0) to {@code to} (exclusive). */
    record SelectFeatures(int from, int to) implements Operation {
        public SelectFeatures {
            Check.that(0 <= from && from < to, "select features", "0 <= from < to", from + ", " + to);
        }
    }

    /** (x): a mask from a sequence, or from symbols: a step counts if any of its features differs from {@code padding}. */
    record StepMask(double padding) implements Operation {}

    /** (x, lengths): a mask of the steps of x, from the number of steps of each sequence, [batch]: so many from the first on count. */
    record LengthMask() implements Operation {}

    /** (mask, mask, ...): where any of them counts, or where all do. */
    record JoinMasks(boolean any) implements Operation {}

    /** (x, mask): zeros at masked steps, whatever stands there. */
    record ClearSteps() implements Operation {}
}
