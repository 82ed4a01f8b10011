package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkReader.Value;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.GeneralRecurrent;
import org.steadygrad.nn.LastPresentStep;
import org.steadygrad.nn.LayerNormalization;
import org.steadygrad.nn.MaskedDropout;
import org.steadygrad.nn.MaskedLSTM;
import org.steadygrad.nn.MaskedSimpleRnn;
import org.steadygrad.nn.SequenceOperation;
import org.steadygrad.nn.SequencePooling;
import org.steadygrad.nn.UnitwiseActivation;

/** Layers of a DL4J network as nodes of a graph. */
final class LayerReading {
    /**
     * Where a layer stands.
     *
     * @param name of its vertex
     * @param trained whether training changes it
     */
    record Place(String name, boolean trained) {}

    /** Makes the nodes of a layer. */
    private interface Rule {
        Port port(LayerReading reading, Place place, Layer layer, Port input);
    }

    private static final Map<Class<? extends Layer>, Rule> RULES = new HashMap<>();

    static {
        RULES.put(DenseLayer.class, (to, at, layer, x) -> to.dense(at, (DenseLayer) layer, x));
        RULES.put(
                OutputLayer.class,
                (to, at, layer, x) -> to.dense(at, (BaseLayer) layer, ((OutputLayer) layer).hasBias(), x));
        RULES.put(
                RnnOutputLayer.class,
                (to, at, layer, x) -> to.dense(at, (BaseLayer) layer, ((RnnOutputLayer) layer).hasBias(), x));
        RULES.put(
                EmbeddingLayer.class,
                (to, at, layer, x) -> to.embedding(at, (BaseLayer) layer, ((EmbeddingLayer) layer).hasBias(), x));
        RULES.put(
                EmbeddingSequenceLayer.class,
                (to, at, layer, x) ->
                        to.embedding(at, (BaseLayer) layer, ((EmbeddingSequenceLayer) layer).hasBias(), x));
        Rule activation = (to, at, layer, x) -> to.to.activated(at.name(), function(layer), x);
        RULES.put(ActivationLayer.class, activation);
        RULES.put(UnitwiseActivation.class, activation);
        RULES.put(LossLayer.class, activation);
        RULES.put(RnnLossLayer.class, activation);
        Rule nothing = (to, at, layer, x) -> x;
        RULES.put(DropoutLayer.class, nothing);
        RULES.put(MaskedDropout.class, nothing);
        RULES.put(BatchNormalization.class, (to, at, layer, x) -> to.batchNorm(at, (BatchNormalization) layer, x));
        RULES.put(BatchNorm.class, (to, at, layer, x) -> to.batchNorm(at, (BatchNormalization) layer, x));
        RULES.put(LayerNormalization.class, (to, at, layer, x) -> to.layerNorm(at, (LayerNormalization) layer, x));
        RULES.put(PReLULayer.class, (to, at, layer, x) -> to.prelu(at, (PReLULayer) layer, x));
        RULES.put(GlobalPoolingLayer.class, (to, at, layer, x) -> to.pool(at, (GlobalPoolingLayer) layer, x));
        RULES.put(SequencePooling.class, (to, at, layer, x) -> to.pool(at, (GlobalPoolingLayer) layer, x));
        RULES.put(
                RepeatVector.class,
                (to, at, layer, x) -> to.node(at, new Operation.RepeatVector(((RepeatVector) layer).getN()), x));
        Rule cell = (to, at, layer, x) -> to.recurrent(at, (BaseLayer) layer, CellReading.ALONE, false, x);
        for (Class<? extends Layer> type :
                List.of(LSTM.class, MaskedLSTM.class, SimpleRnn.class, MaskedSimpleRnn.class, GRU.class)) {
            RULES.put(type, cell);
        }
        RULES.put(Bidirectional.class, (to, at, layer, x) -> to.bidirectional(at, (Bidirectional) layer, x));
        Rule last = (to, at, layer, x) -> to.lastStep(at, ((LastTimeStep) layer).getUnderlying(), x);
        RULES.put(LastTimeStep.class, last);
        RULES.put(LastPresentStep.class, last);
        RULES.put(
                FrozenLayer.class,
                (to, at, layer, x) -> to.layer(new Place(at.name(), false), ((FrozenLayer) layer).getLayer(), x));
        RULES.put(
                FrozenLayerWithBackprop.class,
                (to, at, layer, x) ->
                        to.layer(new Place(at.name(), false), ((FrozenLayerWithBackprop) layer).getUnderlying(), x));
    }

    private final NetworkReader to;

    LayerReading(NetworkReader to) {
        this.to = to;
    }

    private static org.nd4j.linalg.activations.IActivation function(Layer layer) {
        return layer instanceof ActivationLayer plain ? plain.getActivationFn() : ((BaseLayer) layer).getActivationFn();
    }

    /** Whether a vertex is there only to bring together what a {@code GeneralRecurrent} reads besides its sequence. */
    static boolean joinsChannels(ComputationGraphConfiguration configuration, String reader, String name) {
        GraphVertex vertex = configuration.getVertices().get(name);
        GraphVertex above = configuration.getVertices().get(reader);
        if (vertex instanceof MergeVertex) {
            return channels(above).isPresent();
        }
        return vertex instanceof SequenceOperation operation
                && operation.getKind() == SequenceOperation.Kind.SPREAD
                && above instanceof MergeVertex;
    }

    /** The layer, if it reads more than a sequence. */
    private static Optional<GeneralRecurrent> channels(GraphVertex vertex) {
        Layer layer =
                vertex instanceof LayerVertex layered ? layered.getLayerConf().getLayer() : null;
        Layer inner = layer instanceof FrozenLayerWithBackprop frozen ? frozen.getUnderlying() : layer;
        return inner instanceof GeneralRecurrent general && general.channels() > general.getNIn()
                ? Optional.of(general)
                : Optional.empty();
    }

    /** What a layer's vertex gives. */
    Value read(String name, LayerVertex vertex, List<Value> inputs) {
        requireKnown(name, vertex.getPreProcessor());
        Layer layer = vertex.getLayerConf().getLayer();
        boolean frozen = layer instanceof FrozenLayerWithBackprop;
        Layer inner = frozen ? ((FrozenLayerWithBackprop) layer).getUnderlying() : layer;
        if (inner instanceof GeneralRecurrent general) {
            return general(new Place(name, !frozen), general);
        }
        if (inputs.get(0) instanceof Value.Stacked stacked) {
            List<Port> ports = new ArrayList<>();
            stacked.ports().forEach(port -> ports.add(layer(new Place(name, true), layer, port)));
            return new Value.Stacked(ports);
        }
        return new Value.Single(layer(new Place(name, true), layer, NetworkReader.port(name, inputs.get(0))));
    }

    private static void requireKnown(String name, InputPreProcessor processor) {
        boolean known = processor == null
                || processor instanceof RnnToFeedForwardPreProcessor
                || processor instanceof FeedForwardToRnnPreProcessor;
        if (!known) {
            throw ForeignModelException.refused(
                    "layer \"" + name + "\", its preprocessor",
                    processor.getClass().getSimpleName(),
                    "the formats have no such operation",
                    "Build the network without it.");
        }
    }

    private Port layer(Place at, Layer layer, Port input) {
        Rule rule = RULES.get(layer.getClass());
        if (rule == null) {
            throw ForeignModelException.refused(
                    "layer \"" + at.name() + "\"",
                    "a " + layer.getClass().getSimpleName(),
                    "the formats have no such layer",
                    "Train with another one.");
        }
        return rule.port(this, at, layer, at.trained() ? to.dropped(at.name(), layer, input) : input);
    }

    private Port node(Place at, Operation operation, Port... inputs) {
        return to.add(at.name(), at.name(), operation, at.trained(), List.of(inputs));
    }

    private Port dense(Place at, DenseLayer layer, Port input) {
        if (layer.isHasLayerNorm()) {
            throw hasLayerNorm(at.name());
        }
        return dense(at, layer, layer.isHasBias(), input);
    }

    static ForeignModelException hasLayerNorm(String layer) {
        return ForeignModelException.refused(
                "layer \"" + layer + "\", hasLayerNorm",
                true,
                "DL4J's layer norm before the bias is known to no format",
                "Put a LayerNormalization behind the layer.");
    }

    private Port dense(Place at, BaseLayer layer, boolean biased, Port input) {
        int units = size(((org.deeplearning4j.nn.conf.layers.FeedForwardLayer) layer).getNOut());
        int features = size(((org.deeplearning4j.nn.conf.layers.FeedForwardLayer) layer).getNIn());
        to.penalize(at.name(), layer, 1, 1);
        Weight kernel = to.weight(at.name(), "W", "kernel", features, units);
        Optional<Weight> bias = biased ? Optional.of(to.weight(at.name(), "b", "bias", units)) : Optional.empty();
        Port sums = node(at, new Operation.Dense(kernel, bias, to.own(layer.getActivationFn())), input);
        return to.rest(at.name(), layer.getActivationFn(), sums);
    }

    private static int size(long size) {
        return Math.toIntExact(size);
    }

    /** A bias is the same for all symbols: it is added to each row, as the layer does when it reads one. */
    private Port embedding(Place at, BaseLayer layer, boolean biased, Port input) {
        org.deeplearning4j.nn.conf.layers.FeedForwardLayer sized =
                (org.deeplearning4j.nn.conf.layers.FeedForwardLayer) layer;
        int rows = size(sized.getNIn());
        int columns = size(sized.getNOut());
        float[] table = to.numbers(at.name(), "W");
        if (biased) {
            float[] bias = to.numbers(at.name(), "b");
            for (int i = 0; i < table.length; i++) {
                table[i] += bias[i % columns];
            }
        }
        to.penalize(at.name(), layer, 1, 0);
        Weight weight = new Weight(at.name() + "/table", List.of(rows, columns), table);
        return to.activated(
                at.name() + "/activation", layer.getActivationFn(), node(at, new Operation.Embedding(weight), input));
    }

    private Port batchNorm(Place at, BatchNormalization layer, Port input) {
        String name = at.name();
        int features = size(layer.getNIn());
        Optional<Weight> gamma = learned(name, "gamma", features, layer.isLockGammaBeta(), layer.getGamma(), 1);
        Optional<Weight> beta = learned(name, "beta", features, layer.isLockGammaBeta(), layer.getBeta(), 0);
        Weight mean = to.weight(name, "mean", "mean", features);
        Operation norm = new Operation.BatchNorm(
                gamma, beta, mean, variance(name, features), layer.getEps(), layer.getDecay(), false);
        return to.activated(name + "/activation", layer.getActivationFn(), node(at, norm, input));
    }

    private Optional<Weight> learned(
            String name, String parameter, int features, boolean locked, double constant, double neutral) {
        if (!locked) {
            return Optional.of(to.weight(name, parameter, parameter, features));
        }
        float[] all = new float[features];
        java.util.Arrays.fill(all, (float) constant);
        return constant == neutral ? Optional.empty() : Optional.of(Weight.of(name + "/" + parameter, all));
    }

    /** DL4J keeps the decimal logarithm of the deviation unless told otherwise. */
    private Weight variance(String name, int features) {
        if (to.has(name, "var")) {
            return to.weight(name, "var", "variance", features);
        }
        float[] logarithms = to.numbers(name, "log10stdev");
        float[] variances = new float[features];
        for (int i = 0; i < features; i++) {
            variances[i] = (float) Math.pow(10, 2.0 * logarithms[i]);
        }
        return Weight.of(name + "/variance", variances);
    }

    private Port layerNorm(Place at, LayerNormalization layer, Port input) {
        int features = size(layer.getNOut());
        Optional<Weight> gamma = layer.isScaled()
                ? Optional.of(to.weight(at.name(), LayerNormalization.GAMMA_KEY, "gamma", features))
                : Optional.empty();
        Optional<Weight> beta = layer.isCentred()
                ? Optional.of(to.weight(at.name(), LayerNormalization.BETA_KEY, "beta", features))
                : Optional.empty();
        return node(at, new Operation.LayerNorm(gamma, beta, layer.getEpsilon()), input);
    }

    private Port prelu(Place at, PReLULayer layer, Port input) {
        boolean byFeature = layer.getInputShape().length == 1
                && (layer.getSharedAxes() == null || layer.getSharedAxes().length == 0);
        if (!byFeature) {
            throw ForeignModelException.refused(
                    "layer \"" + at.name() + "\", its slopes",
                    "shared or by step",
                    "the formats have one for each feature",
                    "Leave sharedAxes out, and give the number of features as inputShape.");
        }
        int features = size(layer.getInputShape()[0]);
        return node(at, new Operation.PRelu(to.weight(at.name(), "W", "slopes", features)), input);
    }

    private Port pool(Place at, GlobalPoolingLayer layer, Port input) {
        boolean steps = layer.isCollapseDimensions()
                && to.graph().shape(input).kind() == Shape.Kind.SEQUENCE
                && layer.getPoolingType() != PoolingType.PNORM;
        if (!steps) {
            throw ForeignModelException.refused(
                    "layer \"" + at.name() + "\", its pooling",
                    layer.getPoolingType() + (layer.isCollapseDimensions() ? "" : " that keeps its axes"),
                    "the formats have pooling over time by mean, maximum and sum",
                    "Use one of these.");
        }
        Operation.Pool.Kind kind =
                switch (layer.getPoolingType()) {
                    case AVG -> Operation.Pool.Kind.AVERAGE;
                    case MAX -> Operation.Pool.Kind.MAXIMUM;
                    default -> Operation.Pool.Kind.SUM;
                };
        return node(at, new Operation.Pool(kind, false), input);
    }

    private Port lastStep(Place at, Layer inner, Port input) {
        Port steps = layer(at, inner, input);
        return to.add(at.name() + "/last", at.name(), new Operation.TakeStep(true), true, List.of(steps));
    }

    /** @param prefix of the names of its parameters */
    private Port recurrent(Place at, BaseLayer layer, String prefix, boolean reversed, Port input) {
        Operation.Recurrent plain = Operation.Recurrent.of(new CellReading(to, at.name(), prefix).cell(layer));
        Operation operation = new Operation.Recurrent(
                plain.cell(), reversed, false, plain.maskedOutput(), false, plain.clip(), plain.inputDropout());
        to.penalize(at.name(), layer, 2, plain.cell().weights().size() - 2);
        String name = at.name() + (prefix.isEmpty() ? "" : reversed ? "/backward" : "/forward");
        return to.add(name, at.name(), operation, at.trained(), List.of(input));
    }

    private Port bidirectional(Place at, Bidirectional layer, Port input) {
        List<Port> both = new ArrayList<>();
        boolean[] directions = {false, true};
        for (boolean reversed : directions) {
            Layer inner = reversed ? layer.getBwd() : layer.getFwd();
            if (!CellReading.reads(inner)) {
                throw ForeignModelException.refused(
                        "layer \"" + at.name() + "\", what it reads both ways with",
                        "a " + inner.getClass().getSimpleName(),
                        "the formats have LSTM, GRU and simple layers there",
                        "Train with one of these.");
            }
            Port x = to.dropped(at.name(), inner, input);
            both.add(recurrent(
                    at, (BaseLayer) inner, reversed ? CellReading.BACKWARD : CellReading.FORWARD, reversed, x));
        }
        Operation.Merge.Kind kind =
                switch (layer.getMode()) {
                    case ADD -> Operation.Merge.Kind.ADD;
                    case MUL -> Operation.Merge.Kind.MULTIPLY;
                    case AVERAGE -> Operation.Merge.Kind.AVERAGE;
                    case CONCAT -> Operation.Merge.Kind.CONCATENATE;
                };
        return node(at, new Operation.Merge(kind), both.get(0), both.get(1));
    }

    private Value general(Place at, GeneralRecurrent layer) {
        List<Port> inputs = new ArrayList<>();
        List<String> from = to.configuration().getVertexInputs().get(at.name());
        boolean joined = layer.channels() > layer.getNIn();
        List<String> parts = joined ? to.configuration().getVertexInputs().get(from.get(0)) : from;
        for (String part : parts) {
            GraphVertex vertex = to.configuration().getVertices().get(part);
            boolean spread = vertex instanceof SequenceOperation operation
                    && operation.getKind() == SequenceOperation.Kind.SPREAD;
            inputs.add(to.port(
                    spread ? to.configuration().getVertexInputs().get(part).get(0) : part));
        }
        Operation.Recurrent operation = CellReading.general(to, at.name(), layer);
        to.penalize(at.name(), layer, 2, operation.weights().size() - 2);
        Port port = to.add(at.name(), at.name(), operation, at.trained(), inputs);
        return layer.isStates()
                ? new Value.States(port.node(), operation.cell().units(), false)
                : new Value.Single(port);
    }
}
