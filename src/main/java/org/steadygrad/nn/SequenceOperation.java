package org.steadygrad.nn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;

import java.util.Arrays;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;

/**
 * What networks of other libraries do with sequences [batch, size, time] between their layers, as vertices without parameters. Masks are values like
 * others here, [batch, 1, time] with 1 where a step counts, and nothing flows back into them.
 */
public final class SequenceOperation extends GraphVertex {
    private static final long serialVersionUID = 1L;

    /** What is computed. */
    public enum Kind {
        /** (x): a mask; a step counts if any of its features differs from {@code numbers[0]}. */
        STEP_MASK(1),
        /** (x, lengths [batch, 1]): a mask; so many steps of each sequence count. */
        LENGTH_MASK(2),
        /** (x, mask): zeros at masked steps. */
        CLEAR(2),
        /** (x) or (x, mask): the mean over the steps that count, [batch, size]. */
        AVERAGE(2),
        /** (x) or (x, mask): the maximum over the steps that count, [batch, size]. */
        MAXIMUM(2),
        /** (x) or (x, mask): the sum over the steps that count, [batch, size]. */
        SUM(2),
        /** (x): the first step, [batch, size]. */
        FIRST(1),
        /** (x): the last step, [batch, size]. */
        LAST(1),
        /** (x): all steps in reverse. */
        REVERSE(1),
        /** (x): x, and nothing flows back: for numbers of symbols that several read. */
        STOP(1),
        /** (vector, x): the vector [batch, size] at all steps that x has. */
        SPREAD(2),
        /** (x), also [batch, size]: {@code (x - numbers[i]) / numbers[size + i]} by feature. */
        STANDARDIZE(1);

        private final int mostInputs;

        Kind(int mostInputs) {
            this.mostInputs = mostInputs;
        }
    }

    private final Kind kind;
    private final double[] numbers;

    /** @param numbers see the kind; may be empty */
    public SequenceOperation(@JsonProperty("kind") Kind kind, @JsonProperty("numbers") double... numbers) {
        this.kind = Check.notNull(kind, "SequenceOperation", "kind");
        this.numbers = numbers == null ? new double[0] : numbers.clone();
    }

    /** What is computed. */
    public Kind getKind() {
        return kind;
    }

    /** Numbers of the kind, copied. */
    public double[] getNumbers() {
        return numbers.clone();
    }

    @Override
    public SequenceOperation clone() {
        return new SequenceOperation(kind, numbers);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SequenceOperation operation
                && kind == operation.kind
                && Arrays.equals(numbers, operation.numbers);
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, Arrays.hashCode(numbers));
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return kind == Kind.LENGTH_MASK || kind == Kind.CLEAR || kind == Kind.SPREAD ? 2 : 1;
    }

    @Override
    public int maxVertexInputs() {
        return kind.mostInputs;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph,
            String name,
            int index,
            INDArray parameters,
            boolean initializeParameters,
            DataType networkDataType) {
        return new SequenceOperationVertex(graph, name, index, this, networkDataType);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType... inputs) throws InvalidInputTypeException {
        if (kind == Kind.STOP || kind == Kind.STANDARDIZE || kind == Kind.CLEAR || kind == Kind.REVERSE) {
            return inputs[0];
        }
        if (kind == Kind.SPREAD) {
            long steps = ((InputType.InputTypeRecurrent) inputs[1]).getTimeSeriesLength();
            return InputType.recurrent(inputs[0].arrayElementsPerExample(), steps);
        }
        InputType.InputTypeRecurrent sequence = (InputType.InputTypeRecurrent) inputs[0];
        return kind == Kind.STEP_MASK || kind == Kind.LENGTH_MASK
                ? InputType.recurrent(1, sequence.getTimeSeriesLength())
                : InputType.feedForward(sequence.getSize());
    }

    @Override
    public MemoryReport getMemoryReport(InputType... inputs) {
        return new LayerMemoryReport.Builder(null, SequenceOperation.class, inputs[0], getOutputType(-1, inputs))
                .standardMemory(0, 0)
                .workingMemory(0, 0, 0, 0)
                .cacheMemory(0, 0)
                .build();
    }

    /** @param inputs as the kind says */
    INDArray forward(INDArray... inputs) {
        INDArray x = inputs[0];
        return switch (kind) {
            case STEP_MASK -> x.neq(numbers[0]).castTo(x.dataType()).max(true, 1);
            case LENGTH_MASK -> lengthMask(x, inputs[1]);
            case CLEAR -> x.mul(inputs[1].broadcast(x.shape()));
            case AVERAGE -> {
                INDArray sums = counted(inputs).sum(2);
                yield sums.diviColumnVector(counts(inputs));
            }
            case MAXIMUM -> candidates(inputs).max(2);
            case SUM -> counted(inputs).sum(2);
            case STOP -> x.dup();
            case SPREAD -> x.reshape(x.size(0), x.size(1), 1).broadcast(x.size(0), x.size(1), inputs[1].size(2));
            case FIRST -> x.get(all(), all(), point(0)).dup();
            case LAST -> x.get(all(), all(), point(x.size(2) - 1)).dup();
            case REVERSE -> reversed(x);
            case STANDARDIZE -> x.sub(feature(x, 0)).divi(feature(x, numbers.length / 2));
        };
    }

    private static INDArray reversed(INDArray x) {
        INDArray result = x.like();
        for (long step = 0; step < x.size(2); step++) {
            result.get(all(), all(), point(x.size(2) - 1 - step)).assign(x.get(all(), all(), point(step)));
        }
        return result;
    }

    private static INDArray lengthMask(INDArray x, INDArray lengths) {
        INDArray mask = Nd4j.create(x.dataType(), x.size(0), 1, x.size(2));
        for (long example = 0; example < x.size(0); example++) {
            for (long step = 0; step < x.size(2); step++) {
                mask.putScalar(new long[] {example, 0, step}, step < lengths.getDouble(example) ? 1 : 0);
            }
        }
        return mask;
    }

    private INDArray feature(INDArray x, int from) {
        INDArray row = Nd4j.createFromArray(Arrays.copyOfRange(numbers, from, from + numbers.length / 2))
                .castTo(x.dataType());
        long[] shape = x.rank() == 2 ? new long[] {1, row.length()} : new long[] {1, row.length(), 1};
        return row.reshape(shape).broadcast(x.shape());
    }

    private static INDArray counted(INDArray... inputs) {
        return inputs.length == 1 ? inputs[0] : inputs[0].mul(inputs[1].broadcast(inputs[0].shape()));
    }

    private static INDArray counts(INDArray... inputs) {
        INDArray x = inputs[0];
        return inputs.length == 1
                ? Nd4j.valueArrayOf(new long[] {x.size(0), 1}, x.size(2), x.dataType())
                : inputs[1].sum(2);
    }

    private static INDArray candidates(INDArray... inputs) {
        if (inputs.length == 1) {
            return inputs[0];
        }
        INDArray mask = inputs[1].broadcast(inputs[0].shape()).castTo(DataType.BOOL);
        INDArray nothing = Nd4j.valueArrayOf(inputs[0].shape(), Double.NEGATIVE_INFINITY, inputs[0].dataType());
        return Nd4j.where(mask, inputs[0], nothing)[0];
    }

    /** @return the gradient of the first input; nothing flows into the second */
    INDArray backward(INDArray epsilon, INDArray... inputs) {
        INDArray x = inputs[0];
        return switch (kind) {
            case STEP_MASK, LENGTH_MASK, STOP -> x.like();
            case CLEAR -> epsilon.mul(inputs[1].broadcast(x.shape()));
            case AVERAGE -> counted(spread(epsilon.divColumnVector(counts(inputs)), x), inputs);
            case SUM -> counted(spread(epsilon, x), inputs);
            case MAXIMUM -> {
                INDArray candidates = candidates(inputs);
                INDArray largest = spread(candidates.max(2), x);
                INDArray where = candidates.eq(largest).castTo(x.dataType());
                // as TensorFlow has it, steps that are equally large share
                yield where.muli(spread(epsilon.div(where.sum(2)), x));
            }
            case SPREAD -> epsilon.sum(2);
            case FIRST -> at(epsilon, x, 0);
            case LAST -> at(epsilon, x, x.size(2) - 1);
            case REVERSE -> reversed(epsilon);
            case STANDARDIZE -> epsilon.div(feature(x, numbers.length / 2));
        };
    }

    private static INDArray spread(INDArray vectors, INDArray like) {
        return vectors.reshape(vectors.size(0), vectors.size(1), 1).broadcast(like.shape());
    }

    private static INDArray counted(INDArray epsilon, INDArray... inputs) {
        return inputs.length == 1 ? epsilon.dup() : epsilon.mul(inputs[1].broadcast(epsilon.shape()));
    }

    private static INDArray at(INDArray epsilon, INDArray like, long step) {
        INDArray whole = like.like();
        whole.get(all(), all(), point(step)).assign(epsilon);
        return whole;
    }
}
