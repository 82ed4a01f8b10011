package org.steadygrad.exchange.torch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.array.StoredArray;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Operation.Pool;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;

/** A network as a Python module of PyTorch's layers, with the state dict that belongs to it. Sequences are [batch, time, features] there. */
final class TorchCode {
    /** Attributes that modules have, and words of Python's, which can't be names of layers. */
    private static final Set<String> TAKEN = Set.of(
            "forward",
            "train",
            "eval",
            "training",
            "type",
            "float",
            "double",
            "half",
            "apply",
            "parameters",
            "modules",
            "children",
            "buffers",
            "to",
            "cpu",
            "cuda",
            "extra_repr",
            "requires_grad_",
            "share_memory",
            "state_dict",
            "zero_grad",
            "torch",
            "nn",
            "in",
            "is",
            "if",
            "or",
            "and",
            "not",
            "for",
            "def",
            "del",
            "as",
            "class",
            "lambda",
            "return",
            "self",
            "pass",
            "with");

    private static final Cases<Operation, BiFunction<TorchCode, Node, String>> EXPRESSIONS =
            Cases.<Operation, BiFunction<TorchCode, Node, String>>of(Operation.class)
                    .on(Operation.Dense.class, op -> (code, node) -> code.dense(op, node))
                    .on(Operation.Recurrent.class, op -> (code, node) -> code.recurrent(op, node))
                    .on(Operation.Embedding.class, op -> (code, node) -> code.embedding(op, node))
                    .on(Operation.BatchNorm.class, op -> (code, node) -> code.batchNorm(op, node))
                    .on(Operation.LayerNorm.class, op -> (code, node) -> code.layerNorm(op, node))
                    .on(Operation.Standardize.class, op -> (code, node) -> code.standardize(op, node))
                    .on(
                            Operation.Affine.class,
                            op -> (code, node) -> code.input(node, 0) + " * " + op.factor() + " + " + op.offset())
                    .on(Operation.Activate.class, op -> (code, node) -> activated(op.function(), code.input(node, 0)))
                    .on(Operation.PRelu.class, op -> (code, node) -> {
                        String name = code.layer(node, "nn.PReLU(" + op.slopes().size(0) + ")");
                        code.state(name + ".weight", op.slopes());
                        return code.byChannel(node, "self." + name + "(%s)");
                    })
                    .on(
                            Operation.Dropout.class,
                            op -> (code, node) -> "self." + code.layer(node, "nn.Dropout(" + op.rate() + ")") + "("
                                    + code.input(node, 0) + ")")
                    .on(Merge.class, op -> (code, node) -> merged(op.kind(), code.inputs(node)))
                    .on(Pool.class, op -> (code, node) -> code.input(node, 0) + pooled(op.kind()))
                    .on(
                            Operation.TakeStep.class,
                            op -> (code, node) -> code.input(node, 0) + (op.last() ? "[:, -1]" : "[:, 0]"))
                    .on(Operation.ReverseTime.class, op -> (code, node) -> code.input(node, 0) + ".flip(1)")
                    .on(
                            Operation.RepeatVector.class,
                            op -> (code, node) ->
                                    code.input(node, 0) + ".unsqueeze(1).expand(-1, " + op.steps() + ", -1)")
                    .on(
                            Operation.SelectFeatures.class,
                            op -> (code, node) -> code.input(node, 0) + "[..., " + op.from() + ":" + op.to() + "]")
                    .ignore(
                            Operation.StepMask.class,
                            Operation.LengthMask.class,
                            Operation.JoinMasks.class,
                            Operation.ClearSteps.class)
                    .complete();

    private static final String STANDARDIZE =
            """
            class Standardize(nn.Module):
                def __init__(self, size):
                    super().__init__()
                    self.register_buffer("mean", torch.zeros(size))
                    self.register_buffer("deviation", torch.ones(size))

                def forward(self, x):
                    return (x - self.mean) / self.deviation


            """;

    /** Follows the name of a module whose input and output the code turns around, where modules are listed. */
    static final String REVERSED = "<";

    private final NeutralGraph graph;
    private final Map<Port, Shape> shapes;
    private final Map<Port, String> values = new HashMap<>();
    private final Set<String> names = new HashSet<>(TAKEN);
    private final List<String> layers = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();
    private final Map<String, StoredArray> state = new LinkedHashMap<>();
    private final List<String> modules = new ArrayList<>();
    private final Set<String> helpers = new LinkedHashSet<>();

    private TorchCode(NeutralGraph graph) {
        this.graph = graph;
        this.shapes = graph.shapes();
    }

    /**
     * The module.
     *
     * @param text of a Python file with the class {@code Network}
     * @param state arrays by the module's names, in its order
     * @param modules names of the modules that have weights, in the network's order; followed by {@link #REVERSED} for those that read backwards
     */
    record Written(String text, Map<String, StoredArray> state, List<String> modules) {}

    /** A network that {@link TorchObstacles} finds nothing in. */
    static Written of(NeutralGraph graph, String weightsFile) {
        return new TorchCode(graph).write(weightsFile);
    }

    private Written write(String weightsFile) {
        List<String> arguments = new ArrayList<>();
        for (NeutralGraph.Input input : graph.inputs()) {
            String argument = unique(identifier(input.name()));
            arguments.add(argument);
            values.put(Port.of(input.name()), permuted(argument, order(input.layout(), true)));
        }
        for (Node node : graph.nodes()) {
            String expression = EXPRESSIONS.of(node.operation()).apply(this, node);
            // a recurrent layer has named its results already
            if (!values.containsKey(Port.of(node.name()))) {
                values.put(Port.of(node.name()), step(node, expression));
            }
        }
        String outputs = graph.outputs().stream()
                .map(output -> permuted(values.get(output.port()), order(output.layout(), false)))
                .collect(Collectors.joining(", "));
        String text =
                """
                \"""%s: written by SteadyGrad; the weights lie in %s.\"""

                import torch
                from torch import nn


                %sclass Network(nn.Module):
                    def __init__(self):
                        super().__init__()
                %s

                    def forward(self, %s):
                %s
                        return %s


                def load(path="%s"):
                    from safetensors.torch import load_file

                    network = Network()
                    network.load_state_dict(load_file(path))
                    return network.eval()
                """
                        .formatted(
                                identifier(graph.name().isEmpty() ? "network" : graph.name()),
                                weightsFile,
                                String.join("", helpers),
                                indented(layers),
                                String.join(", ", arguments),
                                indented(steps),
                                outputs,
                                weightsFile);
        return new Written(text, state, modules);
    }

    private static String indented(List<String> lines) {
        return lines.isEmpty()
                ? "        pass"
                : lines.stream().map(line -> "        " + line).collect(Collectors.joining("\n"));
    }

    /** For each axis of the result, which of the array's it is; null where they lie alike. */
    private static int[] order(Layout layout, boolean toNetwork) {
        if (layout.equals(Layout.PLAIN)) {
            return null;
        }
        List<Layout.Axis> array =
                layout.axes().stream().map(group -> group.get(0)).toList();
        List<Layout.Axis> value = array.stream().sorted().toList();
        List<Layout.Axis> from = toNetwork ? array : value;
        return (toNetwork ? value : array).stream().mapToInt(from::indexOf).toArray();
    }

    private static String permuted(String value, int[] order) {
        return order == null
                ? value
                : value + ".permute("
                        + java.util.Arrays.stream(order)
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(", ")) + ")";
    }

    private static String identifier(String name) {
        String plain = name.replaceAll("[^A-Za-z0-9_]", "_");
        return plain.matches("[A-Za-z].*") ? plain : "layer_" + plain;
    }

    private String unique(String wanted) {
        String name = wanted;
        for (int i = 2; !names.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }

    private String name(Node node) {
        return unique(identifier(node.name()));
    }

    /** Adds a layer. @return its name */
    private String layer(Node node, String made) {
        String name = name(node);
        layers.add("self." + name + " = " + made);
        if (!node.operation().weights().isEmpty()) {
            modules.add(name);
        }
        return name;
    }

    private String step(Node node, String expression) {
        String variable = unique(identifier(node.name()) + "_out");
        steps.add(variable + " = " + expression);
        return variable;
    }

    private String input(Node node, int position) {
        return values.get(node.inputs().get(position));
    }

    private List<String> inputs(Node node) {
        return node.inputs().stream().map(values::get).toList();
    }

    private void state(String name, Weight weight) {
        state.put(
                name,
                StoredArray.of(
                        weight.values(),
                        weight.shape().stream().mapToLong(Integer::longValue).toArray()));
    }

    private static String flag(boolean on) {
        return on ? "True" : "False";
    }

    private String dense(Operation.Dense op, Node node) {
        int inputs = op.kernel().size(0);
        int units = op.kernel().size(1);
        String name = layer(
                node,
                "nn.Linear(" + inputs + ", " + units + ", bias="
                        + flag(op.bias().isPresent()) + ")");
        state.put(
                name + ".weight",
                StoredArray.of(op.kernel().values(), inputs, units).transposed(1, 0));
        op.bias().ifPresent(bias -> state(name + ".bias", bias));
        return activated(op.activation(), "self." + name + "(" + input(node, 0) + ")");
    }

    private String standardize(Operation.Standardize op, Node node) {
        helpers.add(STANDARDIZE);
        String name = layer(node, "Standardize(" + op.mean().size(0) + ")");
        state(name + ".mean", op.mean());
        state(name + ".deviation", op.deviation());
        return "self." + name + "(" + input(node, 0) + ")";
    }

    /** Codes that nothing learns are no layer in PyTorch. */
    private String embedding(Operation.Embedding op, Node node) {
        if (!node.trained() && op.isOneHot()) {
            return "nn.functional.one_hot(" + input(node, 0) + ", " + op.table().size(0) + ").float()";
        }
        String name = layer(
                node, "nn.Embedding(" + op.table().size(0) + ", " + op.table().size(1) + ")");
        state(name + ".weight", op.table());
        return "self." + name + "(" + input(node, 0) + ")";
    }

    private String recurrent(Operation.Recurrent op, Node node) {
        RecurrentCode cell = RecurrentCode.of(op.cell());
        String name = layer(node, cell.made());
        if (op.reversed()) {
            modules.set(modules.size() - 1, name + REVERSED);
        }
        cell.arrays().forEach((array, values) -> state.put(name + "." + array, values));
        String x = input(node, 0) + (op.reversed() ? ".flip(1)" : "");
        String start = "";
        if (op.starts()) {
            List<String> states = inputs(node).subList(1, node.inputs().size()).stream()
                    .map(value -> value + ".unsqueeze(0)")
                    .toList();
            start = ", " + (states.size() == 1 ? states.get(0) : "(" + String.join(", ", states) + ")");
        }
        String out = unique(name + "_out");
        String last = unique(name + "_last");
        steps.add(out + ", " + last + " = self." + name + "(" + x + start + ")");
        values.put(Port.of(node.name()), op.reversed() ? out + ".flip(1)" : out);
        for (int i = 0; i < op.cell().states(); i++) {
            values.put(new Port(node.name(), i + 1), last + (op.cell().states() == 2 ? "[" + i + "]" : "") + "[0]");
        }
        return out;
    }

    private String batchNorm(Operation.BatchNorm op, Node node) {
        int features = op.mean().size(0);
        boolean affine = op.gamma().isPresent() || op.beta().isPresent();
        String name = layer(
                node,
                "nn.BatchNorm1d(" + features + ", eps=" + op.epsilon() + ", momentum=" + (1 - op.momentum())
                        + ", affine=" + flag(affine) + ")");
        if (affine) {
            state(name + ".weight", op.gamma().orElseGet(() -> filled(1, features)));
            state(name + ".bias", op.beta().orElseGet(() -> filled(0, features)));
        }
        state(name + ".running_mean", op.mean());
        state(name + ".running_var", op.variance());
        state.put(name + ".num_batches_tracked", StoredArray.of(new long[1]));
        return byChannel(node, "self." + name + "(%s)");
    }

    private String layerNorm(Operation.LayerNorm op, Node node) {
        int features = shapes.get(node.inputs().get(0)).features();
        boolean affine = !op.weights().isEmpty();
        String name = layer(
                node,
                "nn.LayerNorm(" + features + ", eps=" + op.epsilon() + ", elementwise_affine=" + flag(affine) + ")");
        if (affine) {
            state(name + ".weight", op.gamma().orElseGet(() -> filled(1, features)));
            state(name + ".bias", op.beta().orElseGet(() -> filled(0, features)));
        }
        return "self." + name + "(" + input(node, 0) + ")";
    }

    private static Weight filled(float value, int count) {
        float[] values = new float[count];
        java.util.Arrays.fill(values, value);
        return Weight.of("filled", values);
    }

    /** For layers that take features as the second axis. */
    private String byChannel(Node node, String call) {
        boolean sequence = shapes.get(node.inputs().get(0)).kind() == Shape.Kind.SEQUENCE;
        return sequence
                ? call.formatted(input(node, 0) + ".transpose(1, 2)") + ".transpose(1, 2)"
                : call.formatted(input(node, 0));
    }

    private static String pooled(Pool.Kind kind) {
        return switch (kind) {
            case AVERAGE -> ".mean(1)";
            case MAXIMUM -> ".amax(1)";
            case SUM -> ".sum(1)";
        };
    }

    private static String merged(Merge.Kind kind, List<String> in) {
        return switch (kind) {
            case ADD -> String.join(" + ", in);
            case SUBTRACT -> String.join(" - ", in);
            case MULTIPLY -> String.join(" * ", in);
            case AVERAGE -> "(" + String.join(" + ", in) + ") / " + in.size();
            case MAXIMUM ->
                in.stream()
                        .reduce((a, b) -> "torch.maximum(" + a + ", " + b + ")")
                        .orElseThrow();
            case MINIMUM ->
                in.stream()
                        .reduce((a, b) -> "torch.minimum(" + a + ", " + b + ")")
                        .orElseThrow();
            case CONCATENATE -> "torch.cat([" + String.join(", ", in) + "], -1)";
        };
    }

    private static String activated(Function function, String x) {
        double alpha = function.alpha();
        String plain = "nn.functional." + function.kind().name().toLowerCase(Locale.ROOT) + "(" + x;
        return switch (function.kind()) {
            case LINEAR -> x;
            case RELU, RELU6, SELU, GELU, SOFTPLUS, SOFTSIGN, MISH -> plain + ")";
            case LEAKY_RELU, ELU -> plain + ", " + alpha + ")";
            case THRESHOLDED_RELU -> "nn.functional.threshold(" + x + ", " + alpha + ", 0.0)";
            case GELU_TANH -> "nn.functional.gelu(" + x + ", approximate=\"tanh\")";
            case SIGMOID -> "torch.sigmoid(" + x + ")";
            case TANH -> "torch.tanh(" + x + ")";
            case HARD_SIGMOID -> "torch.clamp(" + alpha + " * (" + x + ") + " + function.beta() + ", 0, 1)";
            case HARD_TANH -> "nn.functional.hardtanh(" + x + ")";
            case SWISH -> "nn.functional.silu(" + x + ")";
            case EXPONENTIAL -> "torch.exp(" + x + ")";
            case AFFINE -> alpha + " * (" + x + ") + " + function.beta();
            case SCALED_TANH -> alpha + " * torch.tanh(" + function.beta() + " * (" + x + "))";
            case SOFTMAX, LOG_SOFTMAX -> plain + ", -1)";
        };
    }
}
