package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.ParameterBlock;

/**
 * One operation of a plan. Each has one output; what its backward pass computes follows from what it computes
 * forward. R stands for the number of rows of its tensors.
 */
public sealed interface PlanOperation {

    /** Name of the DL4J vertex that it is part of. */
    String layer();

    /** What it reads, masks left out. */
    List<Value> inputs();

    Value output();

    /** Parameters that it trains. */
    default List<ParameterBlock> parameters() {
        return List.of();
    }

    /** Whether the gradient of the output makes one of the inputs. */
    default boolean passesGradient() {
        return true;
    }

    /** An operation with a single input. */
    sealed interface OfOne extends PlanOperation {
        Value input();

        @Override
        default List<Value> inputs() {
            return List.of(input());
        }
    }

    /**
     * {@code output = f(input W + b)}.
     *
     * @param weights [input size, output size]
     * @param bias [output size]; empty without bias
     */
    record Dense(
            String layer,
            Value input,
            Value output,
            ParameterBlock weights,
            Optional<ParameterBlock> bias,
            ActivationFunction activation)
            implements OfOne {
        @Override
        public List<ParameterBlock> parameters() {
            return bias.map(b -> List.of(weights, b)).orElse(List.of(weights));
        }
    }

    /** {@code output = f(input)}. */
    record Activate(String layer, Value input, Value output, ActivationFunction activation) implements OfOne {}

    /**
     * A recurrent layer in one direction.
     *
     * @param weights [input size, gates * units], gates in the order of the DL4J layer
     * @param recurrentWeights [units, gates * units]
     * @param bias [gates * units], or [4 * units] for a GRU
     * @param reverse whether it reads the sequence from its end
     * @param mask where there is data, one row per time step; at those without any the output is 0 and the state is held
     */
    record Recur(
            String layer,
            Value input,
            Value output,
            Cell cell,
            ActivationFunction activation,
            ParameterBlock weights,
            ParameterBlock recurrentWeights,
            ParameterBlock bias,
            boolean reverse,
            Optional<Value> mask)
            implements OfOne {
        @Override
        public List<ParameterBlock> parameters() {
            return List.of(weights, recurrentWeights, bias);
        }

        public int units() {
            return output.size();
        }
    }

    /** Recurrent cells. */
    enum Cell {
        /** {@code h' = f(x W + h RW + b)}. */
        SIMPLE,
        /** DL4J's gate order: cell input, forget, output, input. */
        LSTM,
        /** Gate order r, z, n; the bias has a fourth part, the recurrent bias of n. */
        GRU
    }

    /**
     * Keeps every element with probability {@code keep} and divides it by {@code keep} then; the others become 0. In
     * inference the output is the input.
     *
     * @param keep above 0, at most 1
     * @param stream number of the stream of random numbers in {@link RandomStream}, each operation has its own
     */
    record Dropout(String layer, Value input, Value output, double keep, int stream) implements OfOne {}

    /** Element by element: {@code output = inputs[0] op inputs[1] op ...}; all have the same shape. */
    record Combine(String layer, List<Value> inputs, Value output, Combination combination) implements PlanOperation {
        public Combine {
            inputs = List.copyOf(inputs);
        }
    }

    /** How several tensors become one. */
    enum Combination {
        ADD,
        PRODUCT,
        AVERAGE,
        /** On a tie the gradient goes to the first of the largest. */
        MAX,
        /** The first minus the second. */
        SUBTRACT
    }

    /** The inputs' rows side by side. */
    record Concat(String layer, List<Value> inputs, Value output) implements PlanOperation {
        public Concat {
            inputs = List.copyOf(inputs);
        }
    }

    /**
     * An example's last row: [examples, time steps] to [examples].
     *
     * @param mask where there is data; an example's last time step is the last one whose mask isn't 0, and without any the output is
     *     0 and no gradient passes
     */
    record LastTimeStep(String layer, Value input, Value output, Optional<Value> mask) implements OfOne {}

    /**
     * A mask found in the data: 0 where all elements of a row are {@code masked}, or where there is no data anyway, else 1. No
     * gradient passes.
     *
     * @param output of size 1
     * @param masked the value that stands for no data
     * @param mask where there is data
     */
    record DeriveMask(String layer, Value input, Value output, double masked, Optional<Value> mask) implements OfOne {
        @Override
        public boolean passesGradient() {
            return false;
        }
    }

    /** {@code output = input * mask}, row by row; in a batch without such a mask the output is the input. */
    record MaskRows(String layer, Value input, Value output, Value mask) implements OfOne {}

    /** {@code output = input}, but no gradient passes: what lies below isn't trained from here. */
    record Detach(String layer, Value input, Value output) implements OfOne {
        @Override
        public boolean passesGradient() {
            return false;
        }
    }

    /**
     * Batch normalisation over all rows: {@code output = f(gamma (input - mean) / sqrt(variance + epsilon) + beta)}, in
     * training with the moments of the batch, whose running averages move, or else with the running ones.
     *
     * @param activation the identity, or a rectifier with a slope of at least 0 below 0
     * @param mask rows that count; the output is 0 in the others
     */
    record Normalize(
            String layer,
            Value input,
            Value output,
            Normalization settings,
            ActivationFunction activation,
            Optional<Value> mask)
            implements OfOne {
        @Override
        public List<ParameterBlock> parameters() {
            return settings.parameters();
        }
    }

    /**
     * {@code output = weights[row number] + bias}: the input holds numbers of rows.
     *
     * @param input of size 1
     * @param weights [vocabulary, output size]
     * @param bias [output size]; empty without bias
     */
    record Embed(String layer, Value input, Value output, ParameterBlock weights, Optional<ParameterBlock> bias)
            implements OfOne {
        @Override
        public List<ParameterBlock> parameters() {
            return bias.map(b -> List.of(weights, b)).orElse(List.of(weights));
        }

        /** Number of rows of the weights. */
        public int vocabulary() {
            return Math.toIntExact(weights.shape().get(0));
        }
    }

    /**
     * One row from all time steps of an example: [examples, time steps] to [examples]; 0 for an example without any.
     *
     * @param power of the p-norm; of no importance to other kinds
     * @param mask time steps that count
     */
    record Pool(String layer, Value input, Value output, Pooling pooling, double power, Optional<Value> mask)
            implements OfOne {}

    /** How time steps become one row. */
    enum Pooling {
        MAX,
        AVERAGE,
        SUM,
        /** {@code (sum |x|^p)^(1/p)}. */
        POWER_NORM
    }

    /**
     * Activation function of the output layer and loss in one.
     *
     * @param input what the activation function is applied to
     * @param output the network's output
     * @param mask rows that count, when the batch has such a mask and no mask of labels
     */
    record Loss(
            String layer,
            Value input,
            Value output,
            LossFunction loss,
            ActivationFunction activation,
            LossSettings settings,
            Optional<Value> mask)
            implements OfOne {
        /** Number of elements in a row of the labels. */
        public int labelSize() {
            return loss == LossFunction.SPARSE_CROSS_ENTROPY
                    ? 1
                    : settings.formula()
                            .map(formula -> formula.labels(output.size()))
                            .orElse(output.size());
        }

        /** Whether a mask may have a number for each output. */
        public boolean byElement() {
            return !loss.ofSoftmax()
                    && settings.formula().map(LossFormula::byElement).orElse(true);
        }
    }
}
