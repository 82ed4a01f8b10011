package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.steadygrad.ops.ParameterBlock;

/**
 * One operation of a plan. Every step has one output; what its backward pass computes follows from what it computes
 * forward. R stands for the number of rows of its tensors.
 */
public sealed interface PlanStep {

    /** Name of the DL4J vertex that the step is part of. */
    String layer();

    /** What it reads, masks left out. */
    List<Value> inputs();

    Value output();

    /** Parameters that it trains. */
    default List<ParameterBlock> parameters() {
        return List.of();
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
            implements PlanStep {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        @Override
        public List<ParameterBlock> parameters() {
            return bias.map(b -> List.of(weights, b)).orElse(List.of(weights));
        }
    }

    /** {@code output = f(input)}. */
    record Activate(String layer, Value input, Value output, ActivationFunction activation) implements PlanStep {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }
    }

    /**
     * A recurrent layer in one direction.
     *
     * @param weights [input size, gates * units], gates in the order of the DL4J layer
     * @param recurrentWeights [units, gates * units]
     * @param bias [gates * units], or [4 * units] for a GRU
     * @param reverse whether it reads the sequence from its end
     * @param mask where there is data, one row per step; steps without are treated as the DL4J layer does
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
            implements PlanStep {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

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
            Optional<Value> mask)
            implements PlanStep {
        @Override
        public List<Value> inputs() {
            return List.of(input);
        }

        /** Number of elements in a row of the labels. */
        public int labelSize() {
            return loss == LossFunction.SPARSE_CROSS_ENTROPY ? 1 : output.size();
        }
    }
}
