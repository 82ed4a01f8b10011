package org.steadygrad.model;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.nn.ChronoLstm;
import org.steadygrad.nn.Lsuv;
import org.steadygrad.ops.Nd4jSeed;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.TrainingSpec;

/**
 * Makes the DL4J network that a run file describes: a graph with one input, {@code "input"}, and one output, {@code
 * "output"}.
 *
 * <p>Vertices are named by kind and position, see {@link LayerNames}. Sequences are [batch, features, time]. Symbols that meet no embedding become one-hot vectors. Before an output
 * that isn't per step, the last step is taken unless a layer pools.
 */
public final class ModelBuilder {
    /** Name of the only input. */
    public static final String INPUT = "input";
    /** Name of the output layer. */
    public static final String OUTPUT = "output";

    private final RunSpec run;
    private final DataDescription data;
    private final int plannedUpdates;
    private final List<Double> classWeights;

    /** Of a run whose classes all weigh the same, as the other constructor. */
    public ModelBuilder(RunSpec run, DataDescription data, int plannedUpdates) {
        this(run, data, plannedUpdates, null);
    }

    /**
     * @param run its model, training and seed decide the network
     * @param data what the batches look like
     * @param plannedUpdates number of updates of the whole run, for schedules that end with it
     * @param classWeights what the loss multiplies the terms of each class by; null when all weigh the same
     */
    public ModelBuilder(RunSpec run, DataDescription data, int plannedUpdates, List<Double> classWeights) {
        this.run = Check.notNull(run, "ModelBuilder", "run");
        this.data = Check.notNull(data, "ModelBuilder", "data");
        this.plannedUpdates = Check.positive(plannedUpdates, "ModelBuilder", "plannedUpdates");
        this.classWeights = classWeights == null ? null : List.copyOf(classWeights);
    }

    /**
     * @return the network's configuration. Chrono biases of LSTMs aren't part of it; {@link #build} sets them
     * @throws InvalidInputException if layers don't fit each other or the data; the message tells the layer's position
     */
    public ComputationGraphConfiguration configuration() {
        TrainingSpec training = run.training();
        ModelSize.checkLayers(run.model().layers(), Runtime.getRuntime().maxMemory());
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(Nd4jSeed.of(run.seed()))
                .updater(UpdaterChoice.of(training, plannedUpdates))
                .graphBuilder()
                .addInputs(INPUT)
                .setInputTypes(inputType());
        GraphAssembly assembly = new GraphAssembly(graph, data, classWeights);
        List<LayerSpec> layers = run.model().layers();
        for (int i = 0; i < layers.size(); i++) {
            assembly.add(layers.get(i), i + 1);
        }
        if (!(layers.get(layers.size() - 1) instanceof LayerSpec.Output)) {
            assembly.addDefaultOutput(layers.size() + 1);
        }
        if (training.truncatedBptt() > 0) {
            checkTruncation(layers);
            graph.backpropType(BackpropType.TruncatedBPTT).tBPTTLength(training.truncatedBptt());
        }
        ComputationGraphConfiguration configuration = graph.setOutputs(OUTPUT).build();
        configuration.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layer) {
                regularize(layer.getLayerConf().getLayer(), regularization(training));
            }
        });
        return configuration;
    }

    /** Layer by layer: a weight decay that is set for the whole network is added twice by DL4J's graph builder. */
    private static void regularize(Layer layer, List<Regularization> all) {
        if (layer instanceof Bidirectional both) {
            regularize(both.getFwd(), all);
            regularize(both.getBwd(), all);
        } else if (layer instanceof BaseLayer base) {
            base.setRegularization(all);
        }
    }

    /**
     * An initialised network in ND4J's default data type, chrono biases set.
     *
     * @throws InvalidInputException also if the network doesn't fit into memory; nothing of it is made then
     */
    public ComputationGraph build() {
        ComputationGraphConfiguration configuration = configuration();
        ModelSize.of(configuration).check();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        List<LayerSpec> layers = run.model().layers();
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i) instanceof LayerSpec.Lstm lstm && lstm.chrono() > 0) {
                for (String vertex : LayerNames.vertices(lstm, i + 1)) {
                    ChronoLstm.apply(network.getLayer(vertex), lstm.chrono(), run.seed() + vertex.hashCode());
                }
            }
        }
        return network;
    }

    /**
     * Rescales the network's weights for a batch of its data (LSUV), in place.
     *
     * @param network from {@link #build}
     */
    public void initializeFromData(ComputationGraph network, MultiDataSet batch) {
        Lsuv.initialize(network, batch, run.seed());
    }

    /**
     * Over a single example every output of batch normalisation is beta, no gradient passes, and the running variance falls.
     *
     * @param network from {@link #build}
     * @param smallestBatch number of examples in the smallest batch of an epoch
     * @throws InvalidInputException when a layer would normalise over one example
     */
    public void checkSmallestBatch(ComputationGraph network, int smallestBatch) {
        if (smallestBatch > 1) {
            return;
        }
        int batch = run.training().batch();
        boolean sequences = data.input() != DataDescription.InputKind.VECTOR;
        SingleExamples.normalizing(network, sequences, data.inputSize()).ifPresent(layer -> {
            throw InvalidInputException.of(
                    "training.batch",
                    (batch == 1 ? "at least 2" : "a size that doesn't leave 1 example over for the last batch")
                            + ", since layer " + layer + " normalises over the examples of a batch",
                    batch,
                    "Take another size, or leave batch normalisation out.");
        });
    }

    private InputType inputType() {
        return switch (data.input()) {
            // for symbols too: from this number, not from the one feature, DL4J takes the size of the embedding's table
            case SYMBOLS, SEQUENCE -> InputType.recurrent(data.inputSize());
            case VECTOR -> InputType.feedForward(data.inputSize());
        };
    }

    /** L2 and weight decay are both allowed, which DL4J's own setters don't let through. */
    private static List<Regularization> regularization(TrainingSpec training) {
        List<Regularization> all = new ArrayList<>();
        if (training.l1() > 0) {
            all.add(new L1Regularization(training.l1()));
        }
        if (training.l2() > 0) {
            all.add(new L2Regularization(training.l2()));
        }
        if (training.weightDecay() > 0) {
            all.add(new WeightDecay(training.weightDecay(), true));
        }
        return all;
    }

    private void checkTruncation(List<LayerSpec> layers) {
        if (!data.target().perStep()) {
            throw InvalidInputException.of(
                    "training.truncatedBptt",
                    "data with a target at every step",
                    "target " + data.target(),
                    "Leave truncatedBptt out; a single target needs the whole sequence.");
        }
        for (int i = 0; i < layers.size(); i++) {
            if (layers.get(i) instanceof LayerSpec.Recurrent recurrent
                    && recurrent.direction() != LayerSpec.Direction.FORWARD) {
                throw InvalidInputException.of(
                        GraphAssembly.who(recurrent, i + 1),
                        "direction forward with training.truncatedBptt",
                        recurrent.direction(),
                        "A layer that reads backwards needs the whole sequence.");
            }
        }
    }
}
