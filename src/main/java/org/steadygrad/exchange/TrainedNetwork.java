package org.steadygrad.exchange;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.DataArtifact.Column;
import org.steadygrad.data.DataDescription;
import org.steadygrad.exchange.graph.Layout;
import org.steadygrad.exchange.graph.NeutralGraph;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.network.NetworkGraph;
import org.steadygrad.exchange.network.NetworkInputs;
import org.steadygrad.nn.loss.LossPinball;

/**
 * A network that was trained here, as the graph that formats write: proven on random inputs to compute what the network does, for sequences without padding.
 * Dropout is in it; losses and updaters aren't.
 *
 * @param graph sequences are [batch, time, size] there
 * @param notes what users should know: what the graph doesn't say
 */
public record TrainedNetwork(NeutralGraph graph, List<String> notes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    public TrainedNetwork {
        notes = List.copyOf(notes);
    }

    /**
     * Of a network of DL4J, whose inputs' shapes are told from the layers that read them.
     *
     * @throws ForeignModelException if it has layers, options or functions that the formats lack, or its layers don't tell what it takes
     */
    public static TrainedNetwork of(ComputationGraph network) {
        return of(network, NetworkInputs.of(network.getConfiguration()));
    }

    /**
     * Of a network of DL4J.
     *
     * @param inputs what it takes, in its order; names are those by which arrays are given to the file
     * @throws ForeignModelException if it has layers, options or functions that the formats lack
     */
    public static TrainedNetwork of(ComputationGraph network, List<NeutralGraph.Input> inputs) {
        List<String> outputs = network.getConfiguration().getNetworkOutputs();
        return of(NetworkGraph.of(network, inputs, outputs, Collections.nCopies(outputs.size(), Layout.PLAIN)));
    }

    private static TrainedNetwork of(NetworkGraph read) {
        List<String> notes = new ArrayList<>(read.notes());
        boolean sequences =
                read.graph().inputs().stream().anyMatch(input -> input.shape().steps() != 0);
        if (sequences) {
            notes.add("Sequences are given without padding: those of a batch have the same number of steps.");
        }
        return new TrainedNetwork(read.graph(), notes);
    }

    /**
     * Of a run's network, in the units of its data: what was fitted to columns becomes nodes of the graph, and names of columns, classes and symbols become
     * metadata ({@code inputs}, {@code outputs}, {@code classes}, {@code symbols}), lists in JSON.
     *
     * @param description what the batches of its data look like
     * @param artifact what was fitted to its data
     * @throws ForeignModelException also if a column is more than shifted and divided
     */
    public static TrainedNetwork of(ComputationGraph network, DataDescription description, DataArtifact artifact) {
        TrainedNetwork plain = unscaled(network, description, artifact);
        List<Column> inputs = List.of();
        List<Column> targets = List.of();
        if (artifact instanceof DataArtifact.Columns columns) {
            inputs = columns.inputs();
            targets = columns.classes().isEmpty() ? columns.targets() : List.of();
        }
        NeutralGraph graph = Scaling.around(plain.graph(), inputs, targets, loss(network));
        return new TrainedNetwork(graph, plain.notes());
    }

    private static ILossFunction loss(ComputationGraph network) {
        Layer layer = network.getOutputLayer(0).conf().getLayer();
        return layer instanceof BaseOutputLayer output ? output.getLossFn() : null;
    }

    /**
     * Of a run's network alone: it takes and gives what the network does, and the data's scaling, the order of quantiles and counts from their logarithms are up
     * to its users.
     *
     * @param description what the batches of its data look like
     * @param artifact what was fitted to its data; names are taken from it
     * @throws ForeignModelException if it has layers, options or functions that the formats lack
     */
    public static TrainedNetwork unscaled(
            ComputationGraph network, DataDescription description, DataArtifact artifact) {
        String name = network.getConfiguration().getNetworkInputs().get(0);
        TrainedNetwork plain = of(network, List.of(new NeutralGraph.Input(name, shape(description))));
        NeutralGraph graph = plain.graph();
        return new TrainedNetwork(
                new NeutralGraph(
                        graph.name(),
                        graph.inputs(),
                        graph.nodes(),
                        graph.outputs(),
                        graph.training(),
                        metadata(artifact, loss(network))),
                plain.notes());
    }

    private static Shape shape(DataDescription description) {
        return switch (description.input()) {
            case SYMBOLS -> new Shape(Shape.Kind.SYMBOLS, List.of(Shape.ANY));
            case SEQUENCE -> Shape.sequence(Shape.ANY, description.inputSize());
            case VECTOR -> Shape.vector(description.inputSize());
        };
    }

    private static Map<String, String> metadata(DataArtifact artifact, ILossFunction loss) {
        Map<String, String> metadata = new LinkedHashMap<>();
        if (artifact instanceof DataArtifact.Vocabulary vocabulary) {
            put(metadata, "symbols", vocabulary.symbols());
        } else if (artifact instanceof DataArtifact.Columns columns) {
            put(metadata, "inputs", columns.inputs().stream().map(Column::name).toList());
            put(metadata, "outputs", outputs(columns.targets(), loss));
            put(metadata, "classes", columns.classes());
        }
        return metadata;
    }

    /** With the quantile behind the name where there are several numbers for a target, as predictions are called. */
    private static List<String> outputs(List<Column> targets, ILossFunction loss) {
        List<String> names = new ArrayList<>();
        for (Column target : targets) {
            if (loss instanceof LossPinball pinball) {
                pinball.getQuantiles().forEach(quantile -> names.add(target.name() + " q" + quantile));
            } else {
                names.add(target.name());
            }
        }
        return names;
    }

    private static void put(Map<String, String> metadata, String key, List<String> names) {
        if (!names.isEmpty()) {
            try {
                metadata.put(key, JSON.writeValueAsString(names));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
