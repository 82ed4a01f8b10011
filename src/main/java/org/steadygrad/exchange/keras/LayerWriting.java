package org.steadygrad.exchange.keras;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.steadygrad.check.Cases;
import org.steadygrad.exchange.graph.Function;
import org.steadygrad.exchange.graph.Node;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.keras.KerasWriter.Masked;
import org.steadygrad.exchange.keras.WrittenLayer.Source;
import org.steadygrad.exchange.keras.WrittenLayer.Tensor;

/** Nodes of a network as layers of Keras 3, and as operations on tensors where Keras has no layer. */
final class LayerWriting {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Smallest deviation by which Keras divides. */
    private static final float LEAST_DEVIATION = 1e-7f;

    private static final Cases<Operation, BiConsumer<LayerWriting, Node>> NODES =
            Cases.<Operation, BiConsumer<LayerWriting, Node>>of(Operation.class)
                    .on(Operation.Dense.class, op -> (to, node) -> to.dense(op, node))
                    .on(Operation.Recurrent.class, op -> (to, node) -> to.recurrent.write(op, node))
                    .on(Operation.Embedding.class, op -> (to, node) -> to.embedding(op, node))
                    .on(Operation.BatchNorm.class, op -> (to, node) -> to.batchNorm(op, node))
                    .on(Operation.LayerNorm.class, op -> (to, node) -> to.layerNorm(op, node))
                    .on(Operation.Standardize.class, op -> (to, node) -> to.standardize(op, node))
                    .on(
                            Operation.Affine.class,
                            op -> (to, node) -> to.rescaled(node, node.inputs().get(0), op.factor(), op.offset()))
                    .on(
                            Operation.Activate.class,
                            op -> (to, node) -> to.activated(
                                    node, node.name(), node.inputs().get(0), Port.of(node.name()), op.function()))
                    .on(Operation.PRelu.class, op -> (to, node) -> to.prelu(op, node))
                    .on(Operation.Dropout.class, op -> (to, node) -> {
                        WrittenLayer layer = to.layer(node, "Dropout");
                        layer.config().put("rate", op.rate());
                        to.through(node, layer);
                    })
                    .on(Merge.class, op -> (to, node) -> to.merge(op.kind(), node))
                    .on(Operation.Pool.class, op -> (to, node) -> to.pool(op, node))
                    .on(Operation.TakeStep.class, op -> (to, node) -> to.step(op.last(), node))
                    .on(Operation.ReverseTime.class, op -> (to, node) -> to.reversed(node))
                    .on(Operation.RepeatVector.class, op -> (to, node) -> {
                        WrittenLayer layer = to.layer(node, "RepeatVector");
                        layer.config().put("n", op.steps());
                        to.call(node, layer, Optional.empty());
                    })
                    .on(Operation.SelectFeatures.class, op -> (to, node) -> to.features(op, node))
                    // a layer stands for it where Keras makes the mask itself
                    .on(Operation.StepMask.class, op -> (to, node) -> {})
                    .on(Operation.JoinMasks.class, op -> (to, node) -> {})
                    .on(
                            Operation.LengthMask.class,
                            op -> (to, node) -> to.to.obstacle(
                                    node, "has a mask that is given by lengths; Keras makes masks of padding"))
                    .on(Operation.ClearSteps.class, op -> (to, node) -> to.masking(node))
                    .complete();

    private final KerasWriter to;
    private final CellWriting recurrent;

    LayerWriting(KerasWriter to) {
        this.to = to;
        this.recurrent = new CellWriting(to, this);
    }

    void write(Node node) {
        NODES.of(node.operation()).accept(this, node);
    }

    WrittenLayer layer(Node node, String className) {
        return WrittenLayer.layer(to.unique(node.name()), className, node.trained());
    }

    /** Calls a layer with all that the node reads but masks. */
    private void call(Node node, WrittenLayer layer, Optional<Masked> mask) {
        call(node, layer, mask, false);
    }

    /** @param masks whether Keras hands the mask to the layer */
    private void call(Node node, WrittenLayer layer, Optional<Masked> mask, boolean masks) {
        List<Port> values = node.inputs().stream()
                .filter(port -> to.shape(port).kind() != Shape.Kind.MASK)
                .toList();
        Port gives = Port.of(node.name());
        to.call(node, layer, values, List.of(), gives, masks).ifPresent(tensor -> to.give(gives, tensor, mask));
    }

    /** A layer that hands the mask on. */
    private void through(Node node, WrittenLayer layer) {
        call(node, layer, to.masked(node.inputs().get(0)));
    }

    /** What the loss contains of an array. */
    static void penalty(Node node, ObjectNode config, String key, Optional<Weight> weight) {
        Node.Penalty penalty =
                weight.map(found -> node.penalties().get(found.name())).orElse(null);
        if (penalty != null) {
            ObjectNode json = config.putObject(key);
            json.put("module", "keras.regularizers");
            json.put("class_name", "L1L2");
            json.putObject("config").put("l1", penalty.l1()).put("l2", penalty.l2());
            json.putNull("registered_name");
        }
    }

    private void dense(Operation.Dense op, Node node) {
        Optional<String> name = Functions.name(op.activation());
        WrittenLayer layer = layer(node, "Dense");
        layer.config()
                .put("units", op.kernel().size(1))
                .put("activation", name.orElse("linear"))
                .put("use_bias", op.bias().isPresent());
        penalty(node, layer.config(), "kernel_regularizer", Optional.of(op.kernel()));
        penalty(node, layer.config(), "bias_regularizer", op.bias());
        layer.variable("", 0, op.kernel());
        op.bias().ifPresent(bias -> layer.variable("", 1, bias));
        through(node, layer);
        if (name.isEmpty()) {
            Port gives = Port.of(node.name());
            activated(node, node.name() + "_activation", gives, gives, op.activation());
        }
    }

    private void embedding(Operation.Embedding op, Node node) {
        Port symbols = node.inputs().get(0);
        Optional<Port> mask = to.readers(symbols).stream()
                .filter(reader -> reader.operation() instanceof Operation.StepMask made && made.padding() == 0)
                .map(reader -> Port.of(reader.name()))
                .findFirst();
        WrittenLayer layer = layer(node, "Embedding");
        layer.config()
                .put("input_dim", op.table().size(0))
                .put("output_dim", op.table().size(1))
                .put("mask_zero", mask.isPresent());
        penalty(node, layer.config(), "embeddings_regularizer", Optional.of(op.table()));
        layer.variable("", 0, op.table());
        Optional<Masked> made = to.tensor(symbols)
                .flatMap(tensor ->
                        mask.map(found -> new Masked(found, WrittenLayer.unwritten(List.of(tensor.source())))));
        call(node, layer, made);
    }

    private void masking(Node node) {
        Port x = node.inputs().get(0);
        Port mask = node.inputs().get(1);
        if (!to.isStepMask(mask, x)) {
            to.obstacle(node, "clears steps by a mask of other values, which no layer of Keras does");
            return;
        }
        double padding = ((Operation.StepMask) to.node(mask.node()).operation()).padding();
        WrittenLayer layer = layer(node, "Masking");
        layer.config().put("mask_value", padding);
        Optional<Masked> made = to.tensor(x).map(tensor -> {
            Source differs = WrittenLayer.unwritten(List.of(tensor.source()));
            return new Masked(mask, WrittenLayer.unwritten(List.of(differs)));
        });
        call(node, layer, made);
    }

    private static void variables(WrittenLayer layer, Stream<Optional<Weight>> weights) {
        List<Weight> present = weights.flatMap(Optional::stream).toList();
        for (int i = 0; i < present.size(); i++) {
            layer.variable("", i, present.get(i));
        }
    }

    private void batchNorm(Operation.BatchNorm op, Node node) {
        Optional<Port> own = op.masked() ? Optional.of(node.inputs().get(1)) : Optional.empty();
        if (!to.hasMask(node.inputs().get(0), own)) {
            to.obstacle(node, "takes other steps into its statistics than Keras would by the mask there");
            return;
        }
        WrittenLayer layer = layer(node, "BatchNormalization");
        layer.config()
                .put("axis", -1)
                .put("momentum", op.momentum())
                .put("epsilon", op.epsilon())
                .put("center", op.beta().isPresent())
                .put("scale", op.gamma().isPresent());
        penalty(node, layer.config(), "gamma_regularizer", op.gamma());
        penalty(node, layer.config(), "beta_regularizer", op.beta());
        variables(layer, Stream.of(op.gamma(), op.beta(), Optional.of(op.mean()), Optional.of(op.variance())));
        call(node, layer, to.masked(node.inputs().get(0)), true);
    }

    private void layerNorm(Operation.LayerNorm op, Node node) {
        WrittenLayer layer = layer(node, "LayerNormalization");
        layer.config()
                .put("axis", -1)
                .put("epsilon", op.epsilon())
                .put("center", op.beta().isPresent())
                .put("scale", op.gamma().isPresent());
        penalty(node, layer.config(), "gamma_regularizer", op.gamma());
        penalty(node, layer.config(), "beta_regularizer", op.beta());
        variables(layer, Stream.of(op.gamma(), op.beta()));
        through(node, layer);
    }

    /** Keras keeps variances, and takes their roots; those of squares are exact. */
    private void standardize(Operation.Standardize op, Node node) {
        WrittenLayer layer = layer(node, "Normalization");
        layer.config().put("axis", -1);
        ArrayNode means = layer.config().putArray("mean");
        ArrayNode variances = layer.config().putArray("variance");
        for (int i = 0; i < op.mean().size(0); i++) {
            float deviation = op.deviation().values()[i];
            float variance = deviation * deviation;
            if (!(deviation >= LEAST_DEVIATION) || (float) Math.sqrt(variance) != deviation) {
                to.obstacle(node, "divides by " + deviation + ", where Keras takes the root of a variance");
                return;
            }
            means.add(op.mean().values()[i]);
            variances.add(variance);
        }
        through(node, layer);
    }

    private void rescaled(Node node, Port from, double factor, double offset) {
        rescaled(node, node.name(), from, Port.of(node.name()), factor, offset);
    }

    private void rescaled(Node node, String name, Port from, Port gives, double factor, double offset) {
        WrittenLayer layer = WrittenLayer.layer(to.unique(name), "Rescaling", true);
        layer.config().put("scale", factor).put("offset", offset);
        stage(node, layer, from, gives);
    }

    private void stage(Node node, WrittenLayer layer, Port from, Port gives) {
        Optional<Masked> mask = to.masked(from);
        to.call(node, layer, List.of(from), List.of(), gives).ifPresent(tensor -> to.give(gives, tensor, mask));
    }

    /** An activation function as layers. */
    private void activated(Node node, String name, Port from, Port gives, Function function) {
        Optional<String> known = Functions.name(function);
        if (known.isPresent()) {
            WrittenLayer layer = WrittenLayer.layer(to.unique(name), "Activation", true);
            layer.config().put("activation", known.get());
            stage(node, layer, from, gives);
            return;
        }
        double alpha = function.alpha();
        switch (function.kind()) {
            case LEAKY_RELU -> {
                WrittenLayer layer = WrittenLayer.layer(to.unique(name), "LeakyReLU", true);
                layer.config().put("negative_slope", alpha);
                stage(node, layer, from, gives);
            }
            case ELU -> {
                WrittenLayer layer = WrittenLayer.layer(to.unique(name), "ELU", true);
                layer.config().put("alpha", alpha);
                stage(node, layer, from, gives);
            }
            case AFFINE -> rescaled(node, name, from, gives, alpha, function.beta());
            case HARD_SIGMOID -> {
                // Keras's is clip(y / 6 + 0.5, 0, 1)
                rescaled(node, name + "_scale", from, gives, 6 * alpha, 6 * (function.beta() - 0.5));
                activated(node, name, gives, gives, Function.HARD_SIGMOID_SIXTH);
            }
            case SCALED_TANH -> {
                rescaled(node, name + "_inner", from, gives, function.beta(), 0);
                activated(node, name, gives, gives, Function.TANH);
                rescaled(node, name + "_outer", gives, gives, alpha, 0);
            }
            default -> to.obstacle(node, "has the activation " + function.kind() + ", which Keras lacks");
        }
    }

    private void prelu(Operation.PRelu op, Node node) {
        boolean sequence = to.shape(node.inputs().get(0)).kind() == Shape.Kind.SEQUENCE;
        WrittenLayer layer = layer(node, "PReLU");
        Weight slopes = op.slopes();
        if (sequence) {
            layer.config().putArray("shared_axes").add(1);
            slopes = new Weight(slopes.name(), List.of(1, slopes.size(0)), slopes.values());
        } else {
            layer.config().putNull("shared_axes");
        }
        penalty(node, layer.config(), "alpha_regularizer", Optional.of(op.slopes()));
        layer.variable("", 0, slopes);
        through(node, layer);
    }

    private static final Map<Merge.Kind, String> MERGES = Map.of(
            Merge.Kind.ADD, "Add",
            Merge.Kind.SUBTRACT, "Subtract",
            Merge.Kind.MULTIPLY, "Multiply",
            Merge.Kind.AVERAGE, "Average",
            Merge.Kind.MAXIMUM, "Maximum",
            Merge.Kind.MINIMUM, "Minimum",
            Merge.Kind.CONCATENATE, "Concatenate");

    private void merge(Merge.Kind kind, Node node) {
        if (recurrent.bothWays(kind, node)) {
            return;
        }
        WrittenLayer layer = layer(node, MERGES.get(kind));
        if (kind == Merge.Kind.CONCATENATE) {
            layer.config().put("axis", -1);
        }
        call(node, layer, mergedMask(node, kind));
    }

    /** Keras 3 joins masks by OR, and has none where one is missing. */
    private Optional<Masked> mergedMask(Node node, Merge.Kind kind) {
        List<Masked> masks = new ArrayList<>();
        List<Source> values = new ArrayList<>();
        for (Port port : node.inputs()) {
            if (to.masked(port).isEmpty()) {
                return Optional.empty();
            }
            masks.add(to.masked(port).get());
            values.add(to.source(port));
        }
        Set<Port> parts = new LinkedHashSet<>();
        masks.forEach(mask -> parts.add(mask.mask()));
        Source made = masks.get(0).source();
        if (kind == Merge.Kind.CONCATENATE) {
            List<Source> spread = new ArrayList<>();
            for (int i = 0; i < masks.size(); i++) {
                Source axis = WrittenLayer.unwritten(List.of(masks.get(i).source()));
                Source zeros = WrittenLayer.unwritten(List.of(values.get(i)));
                spread.add(WrittenLayer.unwritten(List.of(axis, zeros)));
            }
            made = WrittenLayer.unwritten(List.of(WrittenLayer.unwritten(spread)));
        } else {
            for (Masked mask : masks.subList(1, masks.size())) {
                made = WrittenLayer.unwritten(List.of(made, mask.source()));
            }
        }
        return Optional.of(new Masked(to.anyOf(parts, node.name()), made));
    }

    private void pool(Operation.Pool op, Node node) {
        Optional<Port> own = op.masked() ? Optional.of(node.inputs().get(1)) : Optional.empty();
        Port gives = Port.of(node.name());
        switch (op.kind()) {
            case AVERAGE -> {
                if (to.hasMask(node.inputs().get(0), own)) {
                    call(node, layer(node, "GlobalAveragePooling1D"), Optional.empty(), true);
                } else {
                    to.obstacle(node, "averages over other steps than Keras would by the mask there");
                }
            }
            case MAXIMUM -> {
                if (own.isEmpty()) {
                    call(node, layer(node, "GlobalMaxPooling1D"), Optional.empty());
                } else {
                    to.obstacle(node, "takes the maximum over steps that count, where Keras takes it over all");
                }
            }
            case SUM -> {
                if (own.isEmpty()) {
                    WrittenLayer sum = WrittenLayer.operation(to.unique(node.name()), "Sum");
                    sum.config().put("axis", 1).put("keepdims", false);
                    to.operation(gives, sum, node.inputs().get(0), null);
                } else {
                    to.obstacle(node, "sums over steps that count, which Keras has no layer for");
                }
            }
        }
    }

    private void step(boolean last, Node node) {
        Port gives = Port.of(node.name());
        Optional<Port> state = recurrent.asState(node);
        if (state.isPresent()) {
            to.tensor(state.get()).ifPresent(tensor -> to.give(gives, tensor, Optional.empty()));
            return;
        }
        ArrayNode places = JSON.arrayNode();
        places.add(slice(null, null)).add(last ? -1 : 0);
        to.operation(
                gives,
                WrittenLayer.operation(to.unique(node.name()), "GetItem"),
                node.inputs().get(0),
                places);
    }

    private static ObjectNode slice(Integer from, Integer upTo) {
        ObjectNode slice = JSON.objectNode();
        slice.put("class_name", "__slice__");
        slice.putObject("config").put("start", from).put("stop", upTo).putNull("step");
        return slice;
    }

    private void features(Operation.SelectFeatures op, Node node) {
        ArrayNode places = JSON.arrayNode();
        ObjectNode rest = places.addObject();
        rest.put("class_name", "__ellipsis__").putObject("config");
        places.add(slice(op.from(), op.to()));
        WrittenLayer part = WrittenLayer.operation(to.unique(node.name()), "GetItem");
        to.operation(Port.of(node.name()), part, node.inputs().get(0), places);
    }

    private void reversed(Node node) {
        Port x = node.inputs().get(0);
        if (to.shape(x).kind() == Shape.Kind.MASK) {
            return;
        }
        Optional<Tensor> backwards = recurrent.backwards(x);
        if (backwards.isPresent()) {
            to.give(Port.of(node.name()), backwards.get(), to.masked(x));
            return;
        }
        flip(node.name(), x, Port.of(node.name()));
    }

    void flip(String name, Port x, Port gives) {
        WrittenLayer flip = WrittenLayer.operation(to.unique(name), "Flip");
        flip.config().put("axis", 1);
        to.operation(gives, flip, x, null);
    }
}
