package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.Cell;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GeneralRecurrent;
import org.steadygrad.nn.LayerNormalization;
import org.steadygrad.nn.SequenceOperation;
import org.steadygrad.nn.SequenceOperation.Kind;
import org.steadygrad.nn.UnitwiseActivation;

/**
 * Makes the configuration of a DL4J network that computes what a graph does, and says where its arrays belong. Layers that every engine runs are taken
 * where they do; {@link GeneralRecurrent} and {@link SequenceOperation} where they don't.
 *
 * <p>Sequences are [batch, size, time], masks and symbols [batch, 1, time]. Vertices are called as nodes, with {@code /} as {@code -}.
 */
final class NetworkBuilder {
    private static final Cases<Operation, BiConsumer<NetworkBuilder, Node>> NODES =
            Cases.<Operation, BiConsumer<NetworkBuilder, Node>>of(Operation.class)
                    .on(Operation.Dense.class, op -> (to, node) -> to.dense(node, op))
                    .on(Operation.Recurrent.class, op -> (to, node) -> to.recurrent(node, op))
                    .on(Operation.Embedding.class, op -> (to, node) -> to.embedding(node, op))
                    .on(Operation.BatchNorm.class, op -> (to, node) -> to.batchNorm(node, op))
                    .on(Operation.LayerNorm.class, op -> (to, node) -> to.layerNorm(node, op))
                    .on(Operation.Standardize.class, op -> (to, node) -> to.standardize(node, op))
                    .on(Operation.Affine.class, op -> (to, node) -> to.affine(node, op))
                    .on(Operation.Activate.class, op -> (to, node) -> to.activate(node, op.function()))
                    .on(Operation.PRelu.class, op -> (to, node) -> to.prelu(node, op))
                    .on(
                            Operation.Dropout.class,
                            op -> (to, node) ->
                                    to.layer(node, new DropoutLayer.Builder(1 - op.rate()).build(), to.input(node, 0)))
                    .on(Merge.class, op -> (to, node) -> to.merge(node, op.kind()))
                    .on(Operation.Pool.class, op -> (to, node) -> to.operation(node, to.pool(op.kind())))
                    .on(
                            Operation.TakeStep.class,
                            op -> (to, node) -> to.operation(node, op.last() ? Kind.LAST : Kind.FIRST))
                    .on(Operation.ReverseTime.class, op -> (to, node) -> to.operation(node, Kind.REVERSE))
                    .on(
                            Operation.RepeatVector.class,
                            op -> (to, node) -> to.layer(node, repeat(op.steps()), to.input(node, 0)))
                    .on(
                            Operation.SelectFeatures.class,
                            op -> (to, node) ->
                                    to.vertex(node, new SubsetVertex(op.from(), op.to() - 1), to.input(node, 0)))
                    .on(Operation.StepMask.class, op -> (to, node) -> to.operation(node, Kind.STEP_MASK, op.padding()))
                    .on(Operation.LengthMask.class, op -> (to, node) -> to.operation(node, Kind.LENGTH_MASK))
                    .on(
                            Operation.JoinMasks.class,
                            op -> (to, node) -> to.vertex(
                                    node,
                                    new ElementWiseVertex(
                                            op.any() ? ElementWiseVertex.Op.Max : ElementWiseVertex.Op.Product),
                                    to.inputs(node)))
                    .on(Operation.ClearSteps.class, op -> (to, node) -> to.operation(node, Kind.CLEAR))
                    .complete();

    private final NeutralGraph graph;
    private final Map<Port, Shape> shapes;
    private final GraphBuilder builder;
    private final Map<Port, String> vertices = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Port> read = new HashSet<>();
    private final List<Placement> placements = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, List<Node>> shared = new LinkedHashMap<>();

    /**
     * Where an array of the graph lies.
     *
     * @param layer vertex
     * @param parameter of it
     * @param weights of the graph that make it
     * @param order see {@link Order}
     */
    record Placement(String layer, String parameter, List<Weight> weights, Order order) {}

    /** From arrays of the graph to a parameter; every one is linear, and its transpose takes gradients back. */
    enum Order {
        /** The array, row by row; matrices are 'f' there. */
        SAME,
        /** Blocks i, f, g, o to DL4J's g, f, o, i. */
        LSTM,
        /** Blocks z, r, n to r, z, n. */
        GRU,
        /** Biases (input, recurrent) of z, r, n to r, z, n and the recurrent one of n; those of gates are added. */
        GRU_BIASES
    }

    private NetworkBuilder(NeutralGraph whole) {
        graph = whole.withNodes(needed(whole));
        shapes = graph.shapes();
        builder = new NeuralNetConfiguration.Builder()
                .updater(new Adam())
                .trainingWorkspaceMode(WorkspaceMode.ENABLED)
                .graphBuilder();
        for (Node node : graph.nodes()) {
            read.addAll(node.inputs());
            if (!node.operation().weights().isEmpty()) {
                shared.computeIfAbsent(arrays(node), first -> new ArrayList<>()).add(node);
            }
        }
        graph.outputs().forEach(output -> read.add(output.port()));
    }

    /** Nodes that outputs depend on: DL4J refuses others. */
    private static List<Node> needed(NeutralGraph graph) {
        Set<String> needed = new HashSet<>();
        graph.outputs().forEach(output -> needed.add(output.port().node()));
        List<Node> nodes = new ArrayList<>();
        for (int i = graph.nodes().size() - 1; i >= 0; i--) {
            Node node = graph.nodes().get(i);
            if (needed.contains(node.name())) {
                nodes.add(0, node);
                node.inputs().forEach(port -> needed.add(port.node()));
            }
        }
        return nodes;
    }

    /**
     * @param configuration without output layers
     * @param outputs vertices, in the order of the graph's outputs
     * @param notes what training would do otherwise than the library that the graph is from
     */
    record Built(
            ComputationGraphConfiguration configuration,
            List<Placement> placements,
            List<String> outputs,
            List<String> notes) {}

    static Built build(NeutralGraph graph) {
        NetworkBuilder to = new NetworkBuilder(graph);
        for (NeutralGraph.Input input : to.graph.inputs()) {
            String name = to.free(input.name());
            to.builder.addInputs(name);
            to.vertices.put(Port.of(input.name()), name);
        }
        to.takeAll();
        List<String> outputs = to.outputs();
        to.builder.setOutputs(outputs.toArray(String[]::new));
        return new Built(to.builder.build(), to.placements, outputs, to.notes);
    }

    /** Layers that several nodes share are taken when all that is read by them is there. */
    private void takeAll() {
        List<Node> waiting = new ArrayList<>(graph.nodes());
        Set<String> taken = new HashSet<>();
        while (!waiting.isEmpty()) {
            int before = waiting.size();
            for (Node node : List.copyOf(waiting)) {
                List<Node> users = shared.getOrDefault(arrays(node), List.of(node));
                boolean alone = users.size() < 2 || node.operation().weights().isEmpty();
                if (!alone && taken.contains(arrays(node))) {
                    waiting.remove(node);
                } else if (ready(alone ? List.of(node) : users)) {
                    if (alone) {
                        NODES.of(node.operation()).accept(this, node);
                    } else {
                        takeShared(users);
                        taken.add(arrays(node));
                    }
                    waiting.remove(node);
                }
            }
            if (waiting.size() == before) {
                throw ForeignModelException.refused(
                        "layer \"" + waiting.get(0).layer() + "\", its calls",
                        shared.getOrDefault(arrays(waiting.get(0)), List.of()).size(),
                        "one of them depends on another, and DL4J's networks have no such",
                        "Use layers of their own.");
            }
        }
    }

    /** Nodes share arrays or have others; both directions of a layer may be called alike. */
    private static String arrays(Node node) {
        List<Weight> weights = node.operation().weights();
        return weights.isEmpty() ? "" : weights.get(0).name();
    }

    private boolean ready(List<Node> nodes) {
        return nodes.stream().allMatch(node -> vertices.keySet().containsAll(node.inputs()));
    }

    /** The layer reads the inputs of all its calls one below the other along the batch. */
    private void takeShared(List<Node> users) {
        Node first = users.get(0);
        boolean steps =
                first.operation() instanceof Operation.Dense && shape(first, 0).kind() == Shape.Kind.SEQUENCE;
        boolean simple = users.stream()
                .allMatch(node -> node.inputs().size() == 1 && shape(node, 0).equals(shape(first, 0)));
        if (!simple
                || steps
                || first.operation() instanceof Operation.BatchNorm
                || first.operation().outputs() > 1) {
            throw ForeignModelException.refused(
                    "layer \"" + first.layer() + "\", its calls",
                    users.size(),
                    "layers that are called several times are known of Dense on vectors, Embedding and LayerNormalization, on values of one shape",
                    "Use layers of their own.");
        }
        String stacked = free(first.layer() + "-calls");
        builder.addVertex(
                stacked,
                new StackVertex(),
                users.stream().map(node -> input(node, 0)).toArray(String[]::new));
        Port port = Port.of("calls of " + first.layer());
        shapes.put(port, shape(first, 0));
        vertices.put(port, stacked);
        Node all = new Node(
                first.layer() + "/shared",
                first.layer(),
                first.operation(),
                List.of(port),
                first.trained(),
                first.penalties());
        NODES.of(first.operation()).accept(this, all);
        String result = vertices.get(Port.of(all.name()));
        for (int i = 0; i < users.size(); i++) {
            String own = free(users.get(i).name());
            builder.addVertex(own, new UnstackVertex(i, users.size()), result);
            vertices.put(Port.of(users.get(i).name()), own);
        }
    }

    /** Each output has a vertex of its own, which is no input. */
    private List<String> outputs() {
        List<String> outputs = new ArrayList<>();
        for (NeutralGraph.Output output : graph.outputs()) {
            String vertex = vertices.get(output.port());
            boolean input = graph.inputs().stream()
                    .anyMatch(in -> in.name().equals(output.port().node()));
            boolean end = graph.nodes().stream().noneMatch(node -> node.inputs().contains(output.port()));
            if (input || !end || outputs.contains(vertex)) {
                String own = free("output-" + output.name());
                builder.addVertex(own, new ScaleVertex(1), vertex);
                vertex = own;
            }
            outputs.add(vertex);
        }
        return outputs;
    }

    private String free(String name) {
        String plain = name.replace('/', '-');
        String free = plain;
        for (int i = 1; !names.add(free); i++) {
            free = plain + "-" + i;
        }
        return free;
    }

    private String input(Node node, int index) {
        return vertices.get(node.inputs().get(index));
    }

    private String[] inputs(Node node) {
        return node.inputs().stream().map(vertices::get).toArray(String[]::new);
    }

    private Shape shape(Node node, int index) {
        return shapes.get(node.inputs().get(index));
    }

    private String vertex(Node node, GraphVertex vertex, String... from) {
        String name = free(node.name());
        builder.addVertex(name, vertex, from);
        vertices.put(Port.of(node.name()), name);
        return name;
    }

    private void operation(Node node, Kind kind, double... numbers) {
        vertex(node, new SequenceOperation(kind, numbers), inputs(node));
    }

    /** Adds a layer, frozen if the node isn't trained. */
    private String layer(Node node, Layer layer, String from) {
        String name = free(node.name());
        boolean frozen = !node.trained() && !node.operation().weights().isEmpty();
        builder.addLayer(name, frozen ? new FrozenLayerWithBackprop(layer) : layer, from);
        vertices.put(Port.of(node.name()), name);
        return name;
    }

    private void place(String layer, String parameter, Weight weight) {
        placements.add(new Placement(layer, parameter, List.of(weight), Order.SAME));
    }

    private void regularize(Node node, BaseLayer layer, Weight weights, Optional<Weight> bias) {
        List<Regularization> ofWeights = regularizations(node, weights);
        layer.setRegularization(ofWeights);
        layer.setRegularizationBias(
                bias.map(weight -> regularizations(node, weight)).orElse(List.of()));
    }

    /** DL4J has l2 / 2 in the loss. */
    private static List<Regularization> regularizations(Node node, Weight weight) {
        List<Regularization> all = new ArrayList<>();
        Node.Penalty penalty = node.penalties().get(weight.name());
        if (penalty != null && penalty.l1() > 0) {
            all.add(new L1Regularization(penalty.l1()));
        }
        if (penalty != null && penalty.l2() > 0) {
            all.add(new L2Regularization(2 * penalty.l2()));
        }
        return all;
    }

    private void dense(Node node, Operation.Dense op) {
        boolean sequence = shape(node, 0).kind() == Shape.Kind.SEQUENCE;
        DenseLayer layer = new DenseLayer.Builder()
                .nIn(op.kernel().size(0))
                .nOut(op.kernel().size(1))
                .hasBias(op.bias().isPresent())
                .activation(ActivationFunctions.of(op.activation(), node.name()))
                .build();
        regularize(node, layer, op.kernel(), op.bias());
        String name = sequence ? steps(node, layer) : layer(node, layer, input(node, 0));
        place(name, "W", op.kernel());
        op.bias().ifPresent(bias -> place(name, "b", bias));
    }

    /** A layer over the steps of a sequence, one by one. */
    private String steps(Node node, Layer layer) {
        String name = free(node.name());
        boolean frozen = !node.trained() && !node.operation().weights().isEmpty();
        builder.addLayer(
                name,
                frozen ? new FrozenLayerWithBackprop(layer) : layer,
                new RnnToFeedForwardPreProcessor(),
                input(node, 0));
        String back = free(node.name() + "-sequence");
        builder.addLayer(back, identity(), new FeedForwardToRnnPreProcessor(), name);
        vertices.put(Port.of(node.name()), back);
        return name;
    }

    private static ActivationLayer identity() {
        return new ActivationLayer(new ActivationIdentity());
    }

    private void activate(Node node, Function function) {
        boolean plain = function.elementwise() || shape(node, 0).kind() == Shape.Kind.VECTOR;
        // DL4J's layer writes over what it reads
        Layer layer = plain && isReadOnce(node.inputs().get(0))
                ? new ActivationLayer(ActivationFunctions.of(function, node.name()))
                : new UnitwiseActivation(ActivationFunctions.of(function, node.name()));
        layer(node, layer, input(node, 0));
    }

    /** Whether a value is in an array of its own that nothing else reads. */
    private boolean isReadOnce(Port port) {
        long readers = graph.nodes().stream()
                        .flatMap(node -> node.inputs().stream())
                        .filter(port::equals)
                        .count()
                + graph.outputs().stream()
                        .filter(output -> output.port().equals(port))
                        .count();
        boolean made = graph.nodes().stream()
                .anyMatch(node -> node.name().equals(port.node()) && node.operation() instanceof Operation.Dense);
        return made && readers == 1;
    }

    private void prelu(Node node, Operation.PRelu op) {
        PReLULayer layer = new PReLULayer.Builder()
                .nIn(op.slopes().size(0))
                .nOut(op.slopes().size(0))
                .inputShape(op.slopes().size(0))
                .build();
        boolean sequence = shape(node, 0).kind() == Shape.Kind.SEQUENCE;
        String name = sequence ? steps(node, layer) : layer(node, layer, input(node, 0));
        place(name, "W", op.slopes());
    }

    private void recurrent(Node node, Operation.Recurrent op) {
        boolean states = read.contains(new Port(node.name(), 1)) || read.contains(new Port(node.name(), 2));
        boolean plain = !op.reversed()
                && !op.masked()
                && !op.starts()
                && Double.isInfinite(op.clip())
                && op.inputDropout() == 0
                && !read.contains(new Port(node.name(), 2));
        Optional<Plain> layer = plain ? Plain.of(node.name(), op.cell()) : Optional.empty();
        if (layer.isPresent()) {
            BaseLayer made = layer.get().layer();
            regularizeCell(node, op.cell(), made);
            String name = layer(node, made, input(node, 0));
            layer.get()
                    .places()
                    .forEach(place ->
                            placements.add(new Placement(name, place.parameter(), place.weights(), place.order())));
            if (states) {
                String last = free(node.name() + "-last");
                builder.addVertex(last, new SequenceOperation(Kind.LAST), name);
                vertices.put(new Port(node.name(), 1), last);
            }
            return;
        }
        general(node, op, states);
    }

    private void regularizeCell(Node node, Cell cell, BaseLayer layer) {
        Node.Penalty a = node.penalties().get(cell.kernel().name());
        Node.Penalty b = node.penalties().get(cell.recurrent().name());
        boolean none = node.penalties().isEmpty();
        if (!none && !(a != null && a.equals(b) && node.penalties().size() == 2)) {
            throw ForeignModelException.refused(
                    "node \"" + node.name() + "\", regularizers",
                    node.penalties(),
                    "a recurrent layer has one penalty for both of its matrices here, and none for biases",
                    "Give kernel and recurrent kernel the same one, or none.");
        }
        layer.setRegularization(none ? List.of() : regularizations(node, cell.kernel()));
        layer.setRegularizationBias(List.of());
    }

    private void general(Node node, Operation.Recurrent op, boolean states) {
        Cell cell = op.cell();
        General made = General.of(node.name(), cell);
        GeneralRecurrent layer = made.builder()
                .reversed(op.reversed())
                .masked(op.masked(), op.maskedOutput() == Operation.MaskedOutput.REPEAT)
                .starts(op.starts())
                .states(states)
                .clip(Double.isInfinite(op.clip()) ? Double.MAX_VALUE : op.clip())
                .inputDropout(op.inputDropout())
                .nIn(cell.inputs())
                .nOut(cell.units())
                .dataFormat(RNNFormat.NCW)
                .build();
        regularizeCell(node, cell, layer);
        List<String> channels = new ArrayList<>();
        channels.add(input(node, 0));
        int first = 1;
        if (op.masked()) {
            channels.add(input(node, 1));
            first = 2;
        }
        for (int i = first; i < node.inputs().size(); i++) {
            // as many steps as the sequence has: DL4J's vertex takes the number from an input of the graph
            String start = free(node.name() + "-start");
            builder.addVertex(start, new SequenceOperation(Kind.SPREAD), input(node, i), input(node, 0));
            channels.add(start);
        }
        String from = channels.get(0);
        if (channels.size() > 1) {
            from = free(node.name() + "-channels");
            builder.addVertex(from, new MergeVertex(), channels.toArray(String[]::new));
        }
        String name = layer(node, layer, from);
        made.places()
                .forEach(place ->
                        placements.add(new Placement(name, place.parameter(), place.weights(), place.order())));
        if (!states) {
            return;
        }
        int units = cell.units();
        if (read.contains(Port.of(node.name()))) {
            String shown = free(node.name() + "-outputs");
            builder.addVertex(shown, new SubsetVertex(0, units - 1), name);
            vertices.put(Port.of(node.name()), shown);
        }
        String last = free(node.name() + "-end");
        builder.addVertex(last, new SequenceOperation(op.reversed() ? Kind.FIRST : Kind.LAST), name);
        for (int state = 0; state < cell.states(); state++) {
            Port port = new Port(node.name(), 1 + state);
            if (read.contains(port)) {
                String part = free(node.name() + "-state");
                builder.addVertex(part, new SubsetVertex((1 + state) * units, (2 + state) * units - 1), last);
                vertices.put(port, part);
            }
        }
    }

    private void embedding(Node node, Operation.Embedding op) {
        boolean sequence = !shape(node, 0).sizes().isEmpty();
        int rows = op.table().size(0);
        int columns = op.table().size(1);
        Layer layer = sequence
                ? new EmbeddingSequenceLayer.Builder()
                        .nIn(rows)
                        .nOut(columns)
                        .hasBias(false)
                        .activation(new ActivationIdentity())
                        .build()
                : new EmbeddingLayer.Builder()
                        .nIn(rows)
                        .nOut(columns)
                        .hasBias(false)
                        .activation(new ActivationIdentity())
                        .build();
        regularize(node, (BaseLayer) layer, op.table(), Optional.empty());
        String from = input(node, 0);
        Port port = node.inputs().get(0);
        boolean alone = graph.nodes().stream()
                        .filter(other -> other.inputs().contains(port))
                        .count()
                == 1;
        if (!alone) {
            String stop = free(node.name() + "-symbols");
            builder.addVertex(stop, new SequenceOperation(Kind.STOP), from);
            from = stop;
        }
        place(layer(node, layer, from), "W", op.table());
    }

    private void batchNorm(Node node, Operation.BatchNorm op) {
        int features = op.mean().size(0);
        BatchNorm.Builder made = new BatchNorm.Builder();
        made.nIn(features);
        made.nOut(features);
        made.eps(op.epsilon());
        made.decay(op.momentum());
        made.useLogStd(false);
        BatchNorm layer = made.build();
        if (!node.penalties().isEmpty()) {
            throw ForeignModelException.refused(
                    "node \"" + node.name() + "\", regularizers",
                    node.penalties(),
                    "batch norm has none here",
                    "Leave them out.");
        }
        if (op.gamma().isEmpty() || op.beta().isEmpty()) {
            notes.add("Layer " + node.layer() + " has no " + (op.gamma().isEmpty() ? "gamma" : "beta")
                    + "; here it has one that does nothing, and training changes it too.");
        }
        if (op.masked()) {
            notes.add("Layer " + node.layer() + " normalises padding too while it is trained here.");
        }
        String name = layer(node, layer, input(node, 0));
        place(name, "gamma", op.gamma().orElseGet(() -> constant(node.name() + "/gamma", features, 1)));
        place(name, "beta", op.beta().orElseGet(() -> constant(node.name() + "/beta", features, 0)));
        place(name, "mean", op.mean());
        place(name, "var", op.variance());
    }

    private static Weight constant(String name, int size, float value) {
        float[] values = new float[size];
        java.util.Arrays.fill(values, value);
        return Weight.of(name, values);
    }

    private void layerNorm(Node node, Operation.LayerNorm op) {
        int features = shape(node, 0).features();
        if (!node.penalties().isEmpty()) {
            throw ForeignModelException.refused(
                    "node \"" + node.name() + "\", regularizers",
                    node.penalties(),
                    "layer norm has none here",
                    "Leave them out.");
        }
        LayerNormalization layer = new LayerNormalization.Builder()
                .epsilon(op.epsilon())
                .parameters(op.gamma().isPresent(), op.beta().isPresent())
                .nIn(features)
                .nOut(features)
                .build();
        String name = layer(node, layer, input(node, 0));
        op.gamma().ifPresent(gamma -> place(name, LayerNormalization.GAMMA_KEY, gamma));
        op.beta().ifPresent(beta -> place(name, LayerNormalization.BETA_KEY, beta));
    }

    private void standardize(Node node, Operation.Standardize op) {
        int features = op.mean().size(0);
        double[] numbers = new double[2 * features];
        for (int i = 0; i < features; i++) {
            numbers[i] = op.mean().values()[i];
            numbers[features + i] = op.deviation().values()[i];
        }
        operation(node, Kind.STANDARDIZE, numbers);
    }

    private void affine(Node node, Operation.Affine op) {
        String scaled = free(node.name() + "-scale");
        builder.addVertex(scaled, new ScaleVertex(op.factor()), input(node, 0));
        vertex(node, new ShiftVertex(op.offset()), scaled);
    }

    private void merge(Node node, Merge.Kind kind) {
        String[] from = inputs(node);
        switch (kind) {
            case ADD -> vertex(node, new ElementWiseVertex(ElementWiseVertex.Op.Add), from);
            case SUBTRACT -> vertex(node, new ElementWiseVertex(ElementWiseVertex.Op.Subtract), from);
            case MULTIPLY -> vertex(node, new ElementWiseVertex(ElementWiseVertex.Op.Product), from);
            case AVERAGE -> vertex(node, new ElementWiseVertex(ElementWiseVertex.Op.Average), from);
            case MAXIMUM -> vertex(node, new ElementWiseVertex(ElementWiseVertex.Op.Max), from);
            case MINIMUM -> minimum(node, from);
            case CONCATENATE -> vertex(node, new MergeVertex(), from);
        }
    }

    /** The maximum of what is turned round, turned round. */
    private void minimum(Node node, String... from) {
        String[] turned = new String[from.length];
        for (int i = 0; i < from.length; i++) {
            turned[i] = free(node.name() + "-minus");
            builder.addVertex(turned[i], new ScaleVertex(-1), from[i]);
        }
        String largest = free(node.name() + "-max");
        builder.addVertex(largest, new ElementWiseVertex(ElementWiseVertex.Op.Max), turned);
        vertex(node, new ScaleVertex(-1), largest);
    }

    private Kind pool(Operation.Pool.Kind kind) {
        return switch (kind) {
            case AVERAGE -> Kind.AVERAGE;
            case MAXIMUM -> Kind.MAXIMUM;
            case SUM -> Kind.SUM;
        };
    }

    private static Layer repeat(int steps) {
        return new RepeatVector.Builder()
                .repetitionFactor(steps)
                .dataFormat(RNNFormat.NCW)
                .build();
    }
}
