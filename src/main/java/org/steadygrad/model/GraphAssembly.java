package org.steadygrad.model;

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
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.DeepStack;
import org.steadygrad.nn.LastPresentStepVertex;
import org.steadygrad.nn.SequencePooling;
import org.steadygrad.spec.InitializerKind;
import org.steadygrad.spec.LayerSpec;

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

    private final GraphBuilder graph;
    private final DataDescription data;
    private String last = ModelBuilder.INPUT;
    private long width;
    private Flow flow;

    GraphAssembly(GraphBuilder graph, DataDescription data) {
        this.graph = graph;
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
        if (spec instanceof LayerSpec.Embedding embedding) {
            addEmbedding(embedding, name, who);
        } else if (spec instanceof LayerSpec.Dense dense) {
            addDense(dense, name, who);
        } else if (spec instanceof LayerSpec.Stack stack) {
            addStack(stack, name, who);
        } else if (spec instanceof LayerSpec.Recurrent recurrent) {
            addRecurrent(recurrent, position, who);
        } else if (spec instanceof LayerSpec.BatchNorm norm) {
            BatchNorm.Builder builder = new BatchNorm.Builder();
            builder.decay(norm.decay()).eps(norm.epsilon()).activation(Activations.of(norm.activation()));
            append(name, builder.build());
        } else if (spec instanceof LayerSpec.Activate activate) {
            toSteps(name);
            append(name, new ActivationLayer(Activations.of(activate.function())));
        } else if (spec instanceof LayerSpec.Dropout dropout) {
            append(name, new DropoutLayer.Builder(1 - dropout.rate()).build());
        } else if (spec instanceof LayerSpec.Pool pool) {
            addPool(pool.kind(), name, who);
        } else if (spec instanceof LayerSpec.Output output) {
            addOutput(output, who);
        }
    }

    /** @param position where the run file would have it */
    void addDefaultOutput(int position) {
        add(new LayerSpec.Output(LayerSpec.Loss.AUTO, InitializerKind.AUTO, 0), position);
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

    private void addEmbedding(LayerSpec.Embedding spec, String name, String who) {
        if (flow != Flow.SYMBOLS) {
            throw InvalidInputException.of(
                    who,
                    "to be the first layer, on symbol data",
                    data.input() == InputKind.SYMBOLS ? "a layer before it" : "numeric data",
                    data.input() == InputKind.SYMBOLS ? "Move it to the front." : "Leave the embedding out.");
        }
        append(
                name,
                new EmbeddingSequenceLayer.Builder()
                        .nIn(width)
                        .nOut(spec.size())
                        .activation(new ActivationIdentity())
                        .weightInit(Weights.normal(1))
                        .build());
        width = spec.size();
        flow = Flow.SEQUENCE;
    }

    private void addDense(LayerSpec.Dense spec, String name, String who) {
        IActivation activation = Activations.of(spec.activation());
        DenseLayer.Builder builder = new DenseLayer.Builder()
                .nOut(spec.units())
                .activation(activation)
                .weightInit(Weights.of(spec.init(), activation, width, spec.units(), who));
        drop(builder, spec.dropout());
        toSteps(name);
        append(name, builder.build());
        width = spec.units();
    }

    private void addStack(LayerSpec.Stack spec, String name, String who) {
        IActivation activation = Activations.of(spec.activation());
        toSteps(name);
        long first = spec.depth() == 1 || width != spec.units() ? width : spec.units();
        last = DeepStack.of(spec.depth(), spec.units())
                .name(name + "-")
                .activation(activation)
                .batchNorm(spec.batchNorm())
                .residual(spec.residual())
                .weightInit(Weights.of(spec.init(), activation, first, spec.units(), who))
                .dropout(spec.dropout())
                .addTo(graph, last, width);
        width = spec.units();
    }

    private void addRecurrent(LayerSpec.Recurrent spec, int position, String who) {
        requireSequence(who, "Use dense or stack on vectors.");
        toSequence(LayerNames.vertex(spec, position));
        for (String name : LayerNames.vertices(spec, position)) {
            append(name, RecurrentLayers.of(spec, width, who));
            width = spec.units() * (spec.direction() == LayerSpec.Direction.CONCAT ? 2L : 1L);
        }
    }

    private void addPool(LayerSpec.PoolKind kind, String name, String who) {
        requireSequence(who, "Leave the pool layer out.");
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

    private void addOutput(LayerSpec.Output spec, String who) {
        boolean perStep = data.target().perStep();
        if (perStep && flow == Flow.VECTOR) {
            throw InvalidInputException.of(
                    who,
                    "a sequence, since the data have a target at every step",
                    "one vector per example",
                    "Leave the pool layer out.");
        }
        if (perStep) {
            toSequence(ModelBuilder.OUTPUT);
        } else if (flow != Flow.VECTOR) {
            addPool(LayerSpec.PoolKind.LAST, "last", who);
        }
        append(ModelBuilder.OUTPUT, OutputChoice.layer(spec, data, width, who));
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
