package org.steadygrad.exchange.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.DoubleBinaryOperator;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.graph.Operation.Merge;

/**
 * Computes what a network gives, in double, by loops that follow the words at {@link Operation}: slow, and the measure for everything
 * that is made of a graph. Dropout does nothing, and batch norm takes its stored statistics.
 */
public final class GraphEvaluator {
    private static final Cases<Operation, BiFunction<GraphEvaluator, List<Tensor>, List<Tensor>>> RULES =
            Cases.<Operation, BiFunction<GraphEvaluator, List<Tensor>, List<Tensor>>>of(Operation.class)
                    .on(Operation.Dense.class, op -> (all, in) -> List.of(dense(op, in.get(0))))
                    .on(Operation.Recurrent.class, op -> (all, in) -> new CellLoop(op, in).outputs())
                    .on(Operation.Embedding.class, op -> (all, in) -> List.of(embedding(op.table(), in.get(0))))
                    .on(Operation.BatchNorm.class, op -> (all, in) -> List.of(batchNorm(op, in.get(0))))
                    .on(Operation.LayerNorm.class, op -> (all, in) -> List.of(layerNorm(op, in.get(0))))
                    .on(Operation.Standardize.class, op -> (all, in) -> List.of(standardize(op, in.get(0))))
                    .on(
                            Operation.Affine.class,
                            op -> (all, in) -> List.of(each(in.get(0), (x, feature) -> op.factor() * x + op.offset())))
                    .on(Operation.Activate.class, op -> (all, in) -> List.of(activated(in.get(0), op.function())))
                    .on(
                            Operation.PRelu.class,
                            op -> (all, in) -> List.of(each(
                                    in.get(0),
                                    (x, feature) -> x > 0 ? x : op.slopes().values()[(int) feature] * x)))
                    .on(Operation.Dropout.class, op -> (all, in) -> List.of(in.get(0)))
                    .on(Merge.class, op -> (all, in) -> List.of(merge(op.kind(), in)))
                    .on(Operation.Pool.class, op -> (all, in) -> List.of(pool(op, in)))
                    .on(
                            Operation.TakeStep.class,
                            op -> (all, in) -> List.of(
                                    step(in.get(0), op.last() ? in.get(0).size(1) - 1 : 0)))
                    .on(Operation.ReverseTime.class, op -> (all, in) -> List.of(reversed(in.get(0))))
                    .on(Operation.RepeatVector.class, op -> (all, in) -> List.of(repeated(in.get(0), op.steps())))
                    .on(
                            Operation.SelectFeatures.class,
                            op -> (all, in) -> List.of(features(in.get(0), op.from(), op.to())))
                    .on(Operation.StepMask.class, op -> (all, in) -> List.of(stepMask(in.get(0), op.padding())))
                    .on(Operation.LengthMask.class, op -> (all, in) -> List.of(lengthMask(in.get(0), in.get(1))))
                    .on(
                            Operation.JoinMasks.class,
                            op -> (all, in) -> List.of(joined(in, op.any() ? Math::max : Math::min)))
                    .on(Operation.ClearSteps.class, op -> (all, in) -> List.of(cleared(in.get(0), in.get(1))))
                    .complete();

    private final NeutralGraph graph;

    /** @param graph is read, and not kept up with */
    public GraphEvaluator(NeutralGraph graph) {
        this.graph = graph;
    }

    /**
     * Computes a batch.
     *
     * @param inputs a tensor for each of the graph's inputs, by name; not changed
     * @return outputs by name, in the order of the graph
     * @throws InvalidInputException if an input is missing or of another shape
     */
    public Map<String, Tensor> outputs(Map<String, Tensor> inputs) {
        Map<Port, Tensor> values = new HashMap<>();
        for (NeutralGraph.Input input : graph.inputs()) {
            values.put(Port.of(input.name()), given(input, inputs.get(input.name())));
        }
        for (Node node : graph.nodes()) {
            List<Tensor> in = new ArrayList<>();
            node.inputs().forEach(port -> in.add(values.get(port)));
            List<Tensor> out = RULES.of(node.operation()).apply(this, in);
            for (int i = 0; i < out.size(); i++) {
                values.put(new Port(node.name(), i), out.get(i));
            }
        }
        Map<String, Tensor> outputs = new LinkedHashMap<>();
        graph.outputs().forEach(output -> outputs.put(output.name(), values.get(output.port())));
        return outputs;
    }

    private static Tensor given(NeutralGraph.Input input, Tensor tensor) {
        List<Integer> sizes = input.shape().sizes();
        boolean fits = tensor != null && tensor.rank() == sizes.size() + 1;
        for (int i = 0; fits && i < sizes.size(); i++) {
            fits = sizes.get(i) == Shape.ANY || sizes.get(i) == tensor.size(i + 1);
        }
        if (!fits) {
            throw InvalidInputException.of(
                    "input " + input.name(),
                    "a batch of " + input.shape(),
                    tensor == null ? null : "an array of shape " + Arrays.toString(tensor.shape()),
                    "");
        }
        return tensor;
    }

    private static Tensor dense(Operation.Dense op, Tensor x) {
        double[] out = product(x.values(), op.kernel());
        int units = op.kernel().size(1);
        op.bias().ifPresent(bias -> addRows(out, bias.values()));
        op.activation().apply(out, units);
        return x.withLast(units, out);
    }

    /** Rows times a matrix. */
    static double[] product(double[] rows, Weight matrix) {
        int inner = matrix.size(0);
        int columns = matrix.size(1);
        int count = rows.length / inner;
        double[] out = new double[count * columns];
        float[] weights = matrix.values();
        for (int row = 0; row < count; row++) {
            for (int k = 0; k < inner; k++) {
                double factor = rows[row * inner + k];
                for (int j = 0; j < columns; j++) {
                    out[row * columns + j] += factor * weights[k * columns + j];
                }
            }
        }
        return out;
    }

    static void addRows(double[] rows, float[] vector) {
        for (int i = 0; i < rows.length; i++) {
            rows[i] += vector[i % vector.length];
        }
    }

    private static Tensor embedding(Weight table, Tensor symbols) {
        int features = table.size(1);
        double[] out = new double[symbols.values().length * features];
        for (int i = 0; i < symbols.values().length; i++) {
            double symbol = symbols.values()[i];
            if (!(symbol >= 0 && symbol < table.size(0) && symbol == Math.rint(symbol))) {
                throw InvalidInputException.of(
                        "embedding " + table.name(), "whole numbers from 0 to " + (table.size(0) - 1), symbol, "");
            }
            for (int k = 0; k < features; k++) {
                out[i * features + k] = table.values()[(int) symbol * features + k];
            }
        }
        int[] shape = Arrays.copyOf(symbols.shape(), symbols.rank() + 1);
        shape[symbols.rank()] = features;
        return new Tensor(shape, out);
    }

    /** @param function of an element and of the number of its feature */
    private static Tensor each(Tensor x, DoubleBinaryOperator function) {
        double[] out = new double[x.values().length];
        for (int i = 0; i < out.length; i++) {
            out[i] = function.applyAsDouble(x.values()[i], i % x.last());
        }
        return new Tensor(x.shape(), out);
    }

    private static Tensor activated(Tensor x, Function function) {
        double[] out = x.values().clone();
        function.apply(out, x.last());
        return new Tensor(x.shape(), out);
    }

    private static Tensor batchNorm(Operation.BatchNorm op, Tensor x) {
        return each(x, (value, feature) -> {
            int k = (int) feature;
            double normal =
                    (value - op.mean().values()[k]) / Math.sqrt(op.variance().values()[k] + op.epsilon());
            double scaled = op.gamma().map(gamma -> gamma.values()[k] * normal).orElse(normal);
            return op.beta().map(beta -> scaled + beta.values()[k]).orElse(scaled);
        });
    }

    private static Tensor layerNorm(Operation.LayerNorm op, Tensor x) {
        int features = x.last();
        double[] out = x.values().clone();
        for (int start = 0; start < out.length; start += features) {
            double mean = 0;
            for (int k = 0; k < features; k++) {
                mean += out[start + k] / features;
            }
            double variance = 0;
            for (int k = 0; k < features; k++) {
                variance += (out[start + k] - mean) * (out[start + k] - mean) / features;
            }
            for (int k = 0; k < features; k++) {
                double normal = (out[start + k] - mean) / Math.sqrt(variance + op.epsilon());
                double gamma = op.gamma().isPresent() ? op.gamma().get().values()[k] : 1;
                double beta = op.beta().isPresent() ? op.beta().get().values()[k] : 0;
                out[start + k] = gamma * normal + beta;
            }
        }
        return new Tensor(x.shape(), out);
    }

    private static Tensor standardize(Operation.Standardize op, Tensor x) {
        return each(
                x,
                (value, feature) -> (value - op.mean().values()[(int) feature])
                        / op.deviation().values()[(int) feature]);
    }

    private static Tensor merge(Merge.Kind kind, List<Tensor> in) {
        return switch (kind) {
            case ADD -> joined(in, Double::sum);
            case SUBTRACT -> joined(in, (a, b) -> a - b);
            case MULTIPLY -> joined(in, (a, b) -> a * b);
            case AVERAGE -> each(joined(in, Double::sum), (sum, feature) -> sum / in.size());
            case MAXIMUM -> joined(in, Math::max);
            case MINIMUM -> joined(in, Math::min);
            case CONCATENATE -> concatenated(in);
        };
    }

    private static Tensor joined(List<Tensor> in, DoubleBinaryOperator function) {
        double[] out = in.get(0).values().clone();
        for (Tensor other : in.subList(1, in.size())) {
            requireSameRows(in.get(0), other);
            for (int i = 0; i < out.length; i++) {
                out[i] = function.applyAsDouble(out[i], other.values()[i]);
            }
        }
        return new Tensor(in.get(0).shape(), out);
    }

    private static Tensor concatenated(List<Tensor> in) {
        int features = in.stream().mapToInt(Tensor::last).sum();
        int rows = in.get(0).values().length / in.get(0).last();
        double[] out = new double[rows * features];
        int at = 0;
        for (Tensor part : in) {
            requireSameRows(in.get(0), part);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(part.values(), row * part.last(), out, row * features + at, part.last());
            }
            at += part.last();
        }
        return in.get(0).withLast(features, out);
    }

    private static void requireSameRows(Tensor a, Tensor b) {
        int[] rowsA = Arrays.copyOf(a.shape(), a.rank() - 1);
        int[] rowsB = Arrays.copyOf(b.shape(), b.rank() - 1);
        if (!Arrays.equals(rowsA, rowsB)) {
            throw InvalidInputException.of(
                    "merge",
                    "inputs of the same batch and time",
                    Arrays.toString(rowsA) + " and " + Arrays.toString(rowsB),
                    "");
        }
    }

    private static Tensor pool(Operation.Pool op, List<Tensor> in) {
        Tensor x = in.get(0);
        int features = x.last();
        double[] out = new double[x.size(0) * features];
        if (op.kind() == Operation.Pool.Kind.MAXIMUM) {
            Arrays.fill(out, Double.NEGATIVE_INFINITY);
        }
        double[] counts = new double[x.size(0)];
        for (int i = 0; i < x.values().length; i++) {
            int step = i / features;
            int example = step / x.size(1);
            if (op.masked() && in.get(1).values()[step] == 0) {
                continue;
            }
            int target = example * features + i % features;
            counts[example] += 1.0 / features;
            out[target] = op.kind() == Operation.Pool.Kind.MAXIMUM
                    ? Math.max(out[target], x.values()[i])
                    : out[target] + x.values()[i];
        }
        for (int i = 0; op.kind() == Operation.Pool.Kind.AVERAGE && i < out.length; i++) {
            out[i] /= Math.rint(counts[i / features]);
        }
        return new Tensor(new int[] {x.size(0), features}, out);
    }

    /** A step of a sequence as vectors. */
    static Tensor step(Tensor x, int step) {
        int features = x.last();
        double[] out = new double[x.size(0) * features];
        for (int example = 0; example < x.size(0); example++) {
            System.arraycopy(x.values(), (example * x.size(1) + step) * features, out, example * features, features);
        }
        return new Tensor(new int[] {x.size(0), features}, out);
    }

    private static Tensor reversed(Tensor x) {
        int block = x.rank() == 3 ? x.last() : 1;
        int steps = x.size(1);
        double[] out = new double[x.values().length];
        for (int row = 0; row < x.size(0) * steps; row++) {
            int mirrored = row / steps * steps + steps - 1 - row % steps;
            System.arraycopy(x.values(), row * block, out, mirrored * block, block);
        }
        return new Tensor(x.shape(), out);
    }

    private static Tensor repeated(Tensor x, int steps) {
        double[] out = new double[x.values().length * steps];
        for (int row = 0; row < x.size(0) * steps; row++) {
            System.arraycopy(x.values(), row / steps * x.last(), out, row * x.last(), x.last());
        }
        return new Tensor(new int[] {x.size(0), steps, x.last()}, out);
    }

    private static Tensor features(Tensor x, int from, int to) {
        int size = to - from;
        double[] out = new double[x.values().length / x.last() * size];
        for (int i = 0; i < out.length; i++) {
            out[i] = x.values()[i / size * x.last() + from + i % size];
        }
        return x.withLast(size, out);
    }

    private static Tensor stepMask(Tensor x, double padding) {
        int features = x.rank() == 3 ? x.last() : 1;
        double[] out = new double[x.size(0) * x.size(1)];
        for (int i = 0; i < x.values().length; i++) {
            if (x.values()[i] != padding) {
                out[i / features] = 1;
            }
        }
        return new Tensor(new int[] {x.size(0), x.size(1)}, out);
    }

    private static Tensor lengthMask(Tensor x, Tensor lengths) {
        double[] out = new double[x.size(0) * x.size(1)];
        for (int i = 0; i < out.length; i++) {
            out[i] = i % x.size(1) < lengths.values()[i / x.size(1)] ? 1 : 0;
        }
        return new Tensor(new int[] {x.size(0), x.size(1)}, out);
    }

    private static Tensor cleared(Tensor x, Tensor mask) {
        double[] out = x.values().clone();
        for (int i = 0; i < out.length; i++) {
            if (mask.values()[i / x.last()] == 0) {
                out[i] = 0;
            }
        }
        return new Tensor(x.shape(), out);
    }
}
