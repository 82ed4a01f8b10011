package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.LengthMask;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/**
 * Writes networks as ONNX graphs, for inference: dropout does nothing there. Values lie as in the network, [batch, time, features]; around recurrent nodes
 * the first two axes are swapped.
 */
final class OnnxWriter {
    private static final Map<String, Object> NONE = Map.of();

    private static final Cases<Operation, BiConsumer<OnnxWriter, Node>> WRITING =
            Cases.<Operation, BiConsumer<OnnxWriter, Node>>of(Operation.class)
                    .on(Operation.Dense.class, op -> (out, node) -> out.dense(op, node))
                    .on(Operation.Recurrent.class, op -> (out, node) -> new RecurrentWriting(out, op, node).write())
                    .on(
                            Operation.Embedding.class,
                            op -> (out, node) ->
                                    out.give(node, "Gather", NONE, out.weight(op.table()), out.input(node, 0)))
                    .on(Operation.BatchNorm.class, op -> (out, node) -> out.batchNorm(op, node))
                    .on(Operation.LayerNorm.class, op -> (out, node) -> out.layerNorm(op, node))
                    .on(Operation.Standardize.class, op -> (out, node) -> {
                        String difference = out.builder.add(
                                "Sub", node.name() + "/difference", NONE, out.input(node, 0), out.weight(op.mean()));
                        out.give(node, "Div", NONE, difference, out.weight(op.deviation()));
                    })
                    .on(
                            Operation.Affine.class,
                            op -> (out, node) -> out.values.put(
                                    Port.of(node.name()),
                                    out.affine(node.name(), out.input(node, 0), op.factor(), op.offset())))
                    .on(
                            Operation.Activate.class,
                            op -> (out, node) -> out.values.put(
                                    Port.of(node.name()),
                                    out.activated(node.name(), out.input(node, 0), op.function())))
                    .on(
                            Operation.PRelu.class,
                            op -> (out, node) ->
                                    out.give(node, "PRelu", NONE, out.input(node, 0), out.weight(op.slopes())))
                    .on(
                            Operation.Dropout.class,
                            op -> (out, node) ->
                                    out.give(node, "Dropout", NONE, out.input(node, 0), out.number((float) op.rate())))
                    .on(Operation.Merge.class, op -> (out, node) -> out.merge(op.kind(), node))
                    .on(Operation.Pool.class, op -> (out, node) -> out.pool(op.kind(), node))
                    .on(
                            Operation.TakeStep.class,
                            op -> (out, node) -> out.give(
                                    node,
                                    "Gather",
                                    Map.of("axis", 1L),
                                    out.input(node, 0),
                                    out.builder.number(op.last() ? -1 : 0)))
                    .on(
                            Operation.ReverseTime.class,
                            op -> (out, node) -> out.give(
                                    node,
                                    "Slice",
                                    NONE,
                                    out.input(node, 0),
                                    out.builder.numbers(-1),
                                    out.builder.numbers(Long.MIN_VALUE),
                                    out.builder.numbers(1),
                                    out.builder.numbers(-1)))
                    .on(Operation.RepeatVector.class, op -> (out, node) -> {
                        String step = out.builder.add(
                                "Unsqueeze", node.name() + "/step", NONE, out.input(node, 0), out.builder.numbers(1));
                        out.give(node, "Tile", NONE, step, out.builder.numbers(1, op.steps(), 1));
                    })
                    .on(
                            Operation.SelectFeatures.class,
                            op -> (out, node) -> out.give(
                                    node,
                                    "Slice",
                                    NONE,
                                    out.input(node, 0),
                                    out.builder.numbers(op.from()),
                                    out.builder.numbers(op.to()),
                                    out.builder.numbers(-1)))
                    // stands at the recurrent node that reads it
                    .ignore(LengthMask.class, Operation.StepMask.class, Operation.JoinMasks.class)
                    .ignore(Operation.ClearSteps.class)
                    .complete();

    private final NeutralGraph graph;
    private final Map<Port, Shape> shapes;
    private final Map<Port, String> values = new HashMap<>();
    private final Map<String, Node> nodes = new HashMap<>();
    private final OnnxBuilder builder = new OnnxBuilder();

    private OnnxWriter(NeutralGraph graph) {
        this.graph = graph;
        this.shapes = graph.shapes();
        graph.nodes().forEach(node -> nodes.put(node.name(), node));
    }

    /** The file's content. {@link OnnxObstacles} has none. */
    static byte[] write(NeutralGraph graph) {
        return new OnnxWriter(graph).write();
    }

    private byte[] write() {
        graph.outputs().forEach(output -> builder.reserve(output.name()));
        LayoutWriting layouts = new LayoutWriting(builder);
        for (NeutralGraph.Input input : graph.inputs()) {
            values.put(Port.of(input.name()), layouts.read(input));
        }
        for (Node node : graph.nodes()) {
            BiConsumer<OnnxWriter, Node> writing = WRITING.of(node.operation());
            if (writing != null) {
                writing.accept(this, node);
            }
        }
        for (NeutralGraph.Output output : graph.outputs()) {
            layouts.give(output, values.get(output.port()), shapes.get(output.port()));
        }
        return builder.model(graph.name(), graph.metadata());
    }

    OnnxBuilder builder() {
        return builder;
    }

    /** ONNX's name for what a node reads. */
    String input(Node node, int position) {
        return values.get(node.inputs().get(position));
    }

    /** For a mask that is given by lengths, what they are. */
    String lengths(Node node) {
        Node mask = nodes.get(node.inputs().get(1).node());
        return values.get(mask.inputs().get(1));
    }

    void give(Port port, String value) {
        values.put(port, value);
    }

    private void give(Node node, String operator, Map<String, Object> attributes, String... given) {
        values.put(Port.of(node.name()), builder.add(operator, node.name(), attributes, given));
    }

    String weight(Weight weight) {
        return builder.floats(
                weight.name(),
                weight.values(),
                weight.shape().stream().mapToLong(Integer::longValue).toArray());
    }

    private String number(float value) {
        return builder.floats("number_" + value, new float[] {value});
    }

    private boolean isSequence(Node node) {
        return shapes.get(node.inputs().get(0)).kind() == Shape.Kind.SEQUENCE;
    }

    private void dense(Operation.Dense op, Node node) {
        String value = builder.add("MatMul", node.name() + "/product", NONE, input(node, 0), weight(op.kernel()));
        if (op.bias().isPresent()) {
            value = builder.add(
                    "Add", node.name() + "/sum", NONE, value, weight(op.bias().get()));
        }
        values.put(Port.of(node.name()), activated(node.name(), value, op.activation()));
    }

    private void batchNorm(Operation.BatchNorm op, Node node) {
        int features = op.mean().size(0);
        String x = input(node, 0);
        boolean sequence = isSequence(node);
        Map<String, Object> swap = Map.of("perm", new long[] {0, 2, 1});
        if (sequence) {
            x = builder.add("Transpose", node.name() + "/channels", swap, x);
        }
        String scale = op.gamma().map(this::weight).orElseGet(() -> filled("ones", 1, features));
        String offset = op.beta().map(this::weight).orElseGet(() -> filled("zeros", 0, features));
        Map<String, Object> attributes = Map.of("epsilon", (float) op.epsilon(), "momentum", (float) op.momentum());
        String name = sequence ? node.name() + "/normal" : node.name();
        String normal = builder.add(
                "BatchNormalization", name, attributes, x, scale, offset, weight(op.mean()), weight(op.variance()));
        values.put(Port.of(node.name()), sequence ? builder.add("Transpose", node.name(), swap, normal) : normal);
    }

    private String filled(String name, float value, int count) {
        float[] values = new float[count];
        java.util.Arrays.fill(values, value);
        return builder.floats(name + "_" + count, values, count);
    }

    private void layerNorm(Operation.LayerNorm op, Node node) {
        int features = shapes.get(node.inputs().get(0)).features();
        List<String> given = new ArrayList<>(
                List.of(input(node, 0), op.gamma().map(this::weight).orElseGet(() -> filled("ones", 1, features))));
        op.beta().ifPresent(beta -> given.add(weight(beta)));
        give(
                node,
                "LayerNormalization",
                Map.of("axis", -1L, "epsilon", (float) op.epsilon()),
                given.toArray(String[]::new));
    }

    private String affine(String name, String x, double factor, double offset) {
        String product = factor == 1 ? x : builder.add("Mul", name + "/product", NONE, x, number((float) factor));
        return offset == 0 ? product : builder.add("Add", name + "/sum", NONE, product, number((float) offset));
    }

    private String activated(String name, String x, Function function) {
        float alpha = (float) function.alpha();
        return switch (function.kind()) {
            case LINEAR -> x;
            case RELU -> builder.add("Relu", name, NONE, x);
            case RELU6 -> builder.add("Clip", name, NONE, x, number(0), number(6));
            case HARD_TANH -> builder.add("Clip", name, NONE, x, number(-1), number(1));
            case LEAKY_RELU -> builder.add("LeakyRelu", name, Map.of("alpha", alpha), x);
            case THRESHOLDED_RELU -> builder.add("ThresholdedRelu", name, Map.of("alpha", alpha), x);
            case ELU -> builder.add("Elu", name, Map.of("alpha", alpha), x);
            case SELU -> builder.add("Selu", name, NONE, x);
            case GELU -> builder.add("Gelu", name, NONE, x);
            case GELU_TANH -> builder.add("Gelu", name, Map.of("approximate", "tanh"), x);
            case SIGMOID -> builder.add("Sigmoid", name, NONE, x);
            case HARD_SIGMOID ->
                builder.add("HardSigmoid", name, Map.of("alpha", alpha, "beta", (float) function.beta()), x);
            case TANH -> builder.add("Tanh", name, NONE, x);
            case SOFTSIGN -> builder.add("Softsign", name, NONE, x);
            case SOFTPLUS -> builder.add("Softplus", name, NONE, x);
            case SWISH -> builder.add("Mul", name, NONE, x, builder.add("Sigmoid", name + "/gate", NONE, x));
            case MISH -> builder.add("Mish", name, NONE, x);
            case EXPONENTIAL -> builder.add("Exp", name, NONE, x);
            case AFFINE -> affine(name, x, function.alpha(), function.beta());
            case SCALED_TANH -> {
                String inner = builder.add("Mul", name + "/inner", NONE, x, number((float) function.beta()));
                String tanh = builder.add("Tanh", name + "/tanh", NONE, inner);
                yield builder.add("Mul", name, NONE, tanh, number(alpha));
            }
            case SOFTMAX -> builder.add("Softmax", name, Map.of("axis", -1L), x);
            case LOG_SOFTMAX -> builder.add("LogSoftmax", name, Map.of("axis", -1L), x);
        };
    }

    private void merge(Operation.Merge.Kind kind, Node node) {
        String[] given = node.inputs().stream().map(values::get).toArray(String[]::new);
        switch (kind) {
            case ADD -> give(node, given.length == 2 ? "Add" : "Sum", NONE, given);
            case SUBTRACT -> give(node, "Sub", NONE, given);
            case MULTIPLY -> {
                String product = given[0];
                for (int i = 1; i < given.length; i++) {
                    product = builder.add("Mul", node.name(), NONE, product, given[i]);
                }
                values.put(Port.of(node.name()), product);
            }
            case AVERAGE -> give(node, "Mean", NONE, given);
            case MAXIMUM -> give(node, "Max", NONE, given);
            case MINIMUM -> give(node, "Min", NONE, given);
            case CONCATENATE -> give(node, "Concat", Map.of("axis", -1L), given);
        }
    }

    private void pool(Operation.Pool.Kind kind, Node node) {
        String operator =
                switch (kind) {
                    case AVERAGE -> "ReduceMean";
                    case MAXIMUM -> "ReduceMax";
                    case SUM -> "ReduceSum";
                };
        give(node, operator, Map.of("keepdims", 0L), input(node, 0), builder.numbers(1));
    }
}
