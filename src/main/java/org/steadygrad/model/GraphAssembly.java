package org.steadygrad.model;

import java.util.List;
import java.util.function.BiConsumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.weights.WeightInitIdentity;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.DeepStack;
import org.steadygrad.nn.LastPresentStepVertex;
import org.steadygrad.nn.SequencePooling;
import org.steadygrad.spec.InitializerKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;

/** Adds a run file's layers to a graph one by one, keeping track of what the last vertex puts out. */
final class GraphAssembly {

    /** What the last vertex puts out. */
    private enum Flow {
        /** Symbol numbers, [batch, 1, time]. */
        SYMBOLS,
        /** [batch, features, time]. */
        SEQUENCE,
        /** A sequence as [batch * time, features], on which dense layers work. */
        STEPS,
        /** [batch, features]. */
        VECTOR
    }

    /** Where a layer stands. */
    private record Place(int position, String name, String who) {}

    private static final Cases<LayerSpec, BiConsumer<GraphAssembly, Place>> ADDITIONS =
            Cases.<LayerSpec, BiConsumer<GraphAssembly, Place>>of(LayerSpec.class)
                    .on(LayerSpec.Embedding.class, layer -> (graph, at) -> graph.addEmbedding(layer, at))
                    .on(LayerSpec.Dense.class, layer -> (graph, at) -> graph.addDense(layer, at))
                    .on(LayerSpec.Stack.class, layer -> (graph, at) -> graph.addStack(layer, at))
                    .on(LayerSpec.Recurrent.class, layer -> (graph, at) -> graph.addRecurrent(layer, at))
                    .on(LayerSpec.BatchNorm.class, layer -> (graph, at) -> graph.addBatchNorm(layer, at))
                    .on(LayerSpec.Activate.class, layer -> (graph, at) -> graph.addActivation(layer, at))
                    .on(LayerSpec.Dropout.class, layer -> (graph, at) -> graph.addDropout(layer, at))
                    .on(LayerSpec.Pool.class, layer -> (graph, at) -> graph.addPool(layer.kind(), at))
                    .on(LayerSpec.Output.class, layer -> (graph, at) -> graph.addOutput(layer, at))
                    .complete();

    private final GraphBuilder graph;
    private final DataDescription data;
    private String last = ModelBuilder.INPUT;
    private final List<Double> classWeights;
    private long width;
    private Flow flow;

    GraphAssembly(GraphBuilder graph, DataDescription data, List<Double> classWeights) {
        this.graph = graph;
        this.classWeights = classWeights;
        this.data = data;
        this.width = data.inputSize();
        this.flow = switch (data.input()) {
            case SYMBOLS -> Flow.SYMBOLS;
            case SEQUENCE -> Flow.SEQUENCE;
            case VECTOR -> Flow.VECTOR;
        };
    }

    /** @param position of the layer in the run file, from 1 */
    void add(LayerSpec spec, int position) {
        if (flow == Flow.SYMBOLS && !(spec instanceof LayerSpec.Embedding)) {
            addOneHot();
        }
        String name = LayerNames.vertex(spec, position);
        String who = who(spec, position);
        ADDITIONS.of(spec).accept(this, new Place(position, name, who));
    }

    /** @param position where the run file would have it */
    void addDefaultOutput(int position) {
        add(new LayerSpec.Output(LossSpec.auto(), InitializerKind.AUTO, 0), position);
    }

    static String who(LayerSpec spec, int position) {
        return "model.layers, layer " + position + " (" + LayerNames.kind(spec) + ")";
    }

    private void append(String name, Layer layer) {
        graph.addLayer(name, layer, last);
        last = name;
    }

    private void addOneHot() {
        append(
                "oneHot",
                new FrozenLayer(new EmbeddingSequenceLayer.Builder()
                        .nIn(width)
                        .nOut(width)
                        .weightInit(new WeightInitIdentity())
                        .build()));
        flow = Flow.SEQUENCE;
    }

    private void addEmbedding(LayerSpec.Embedding spec, Place at) {
        if (flow != Flow.SYMBOLS) {
            throw InvalidInputException.of(
                    at.who(),
                    "to be the first layer, on symbol data",
                    data.input() == InputKind.SYMBOLS ? "a layer before it" : "numeric data",
                    data.input() == InputKind.SYMBOLS ? "Move it to the front." : "Leave the embedding out.");
        }
        append(
                at.name(),
                new EmbeddingSequenceLayer.Builder()
                        .nIn(width)
                        .nOut(spec.size())
                        .activation(new ActivationIdentity())
                        .weightInit(Weights.normal(1))
                        .build());
        width = spec.size();
        flow = Flow.SEQUENCE;
    }

    private void addDense(LayerSpec.Dense spec, Place at) {
        IActivation activation = Activations.of(spec.activation());
        DenseLayer.Builder builder = new DenseLayer.Builder()
                .nOut(spec.units())
                .activation(activation)
                .weightInit(Weights.of(spec.init(), activation, width, spec.units(), at.who()));
        drop(builder, spec.dropout());
        toSteps(at.name());
        append(at.name(), builder.build());
        width = spec.units();
    }

    private void addStack(LayerSpec.Stack spec, Place at) {
        IActivation activation = Activations.of(spec.activation());
        toSteps(at.name());
        long first = spec.depth() == 1 || width != spec.units() ? width : spec.units();
        last = DeepStack.of(spec.depth(), spec.units())
                .name(at.name() + "-")
                .activation(activation)
                .batchNorm(spec.batchNorm())
                .residual(spec.residual())
                .weightInit(Weights.of(spec.init(), activation, first, spec.units(), at.who()))
                .dropout(spec.dropout())
                .addTo(graph, last, width);
        width = spec.units();
    }

    private void addRecurrent(LayerSpec.Recurrent spec, Place at) {
        requireSequence(at.who(), "Use dense or stack on vectors.");
        toSequence(at.name());
        for (String name : LayerNames.vertices(spec, at.position())) {
            append(name, RecurrentLayers.of(spec, width, at.who()));
            width = spec.units() * (spec.direction() == LayerSpec.Direction.CONCAT ? 2L : 1L);
        }
    }

    private void addBatchNorm(LayerSpec.BatchNorm spec, Place at) {
        BatchNorm.Builder builder = new BatchNorm.Builder();
        builder.decay(spec.decay()).eps(spec.epsilon()).activation(Activations.of(spec.activation()));
        append(at.name(), builder.build());
    }

    private void addActivation(LayerSpec.Activate spec, Place at) {
        toSteps(at.name());
        append(at.name(), new ActivationLayer(Activations.of(spec.function())));
    }

    private void addDropout(LayerSpec.Dropout spec, Place at) {
        append(at.name(), new DropoutLayer.Builder(1 - spec.rate()).build());
    }

    private void addPool(LayerSpec.PoolKind kind, Place at) {
        String name = at.name();
        requireSequence(at.who(), "Leave the pool layer out.");
        toSequence(name);
        switch (kind) {
            case LAST -> {
                graph.addVertex(name, new LastPresentStepVertex(ModelBuilder.INPUT), last);
                last = name;
            }
            case MAX -> append(name, new SequencePooling(PoolingType.MAX));
            case AVERAGE -> append(name, new SequencePooling(PoolingType.AVG));
            case SUM -> append(name, new SequencePooling(PoolingType.SUM));
        }
        flow = Flow.VECTOR;
    }

    private void addOutput(LayerSpec.Output spec, Place at) {
        boolean perStep = data.target().perStep();
        if (perStep && flow == Flow.VECTOR) {
            throw InvalidInputException.of(
                    at.who(),
                    "a sequence, since the data have a target at every step",
                    "one vector per example",
                    "Leave the pool layer out.");
        }
        if (perStep) {
            toSequence(ModelBuilder.OUTPUT);
        } else if (flow != Flow.VECTOR) {
            addPool(LayerSpec.PoolKind.LAST, new Place(at.position(), "last", at.who()));
        }
        append(ModelBuilder.OUTPUT, OutputChoice.layer(spec, data, width, classWeights, at.who()));
    }

    private void requireSequence(String who, String remedy) {
        if (flow == Flow.VECTOR) {
            throw InvalidInputException.of(who, "sequences", "one vector per example", remedy);
        }
    }

    private void toSteps(String name) {
        if (flow == Flow.SEQUENCE) {
            graph.addLayer(name + "-steps", identity(), new RnnToFeedForwardPreProcessor(), last);
            last = name + "-steps";
            flow = Flow.STEPS;
        }
    }

    private void toSequence(String name) {
        if (flow == Flow.STEPS) {
            graph.addLayer(name + "-sequence", identity(), new FeedForwardToRnnPreProcessor(), last);
            last = name + "-sequence";
            flow = Flow.SEQUENCE;
        }
    }

    private static ActivationLayer identity() {
        return new ActivationLayer(new ActivationIdentity());
    }

    /** DL4J's setting is the share that is kept. */
    static void drop(FeedForwardLayer.Builder<?> builder, double dropped) {
        if (dropped > 0) {
            builder.dropOut(1 - dropped);
        }
    }
}
