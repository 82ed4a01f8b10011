package org.steadygrad.engine.dl4j;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.LabelMasks;

/** Makes of a batch what the layers of an {@link OwnGraph} may see. Batches aren't changed. */
final class BatchIntake {
    private final ComputationGraph graph;
    private final BatchLayout layout;
    private final LossWeights weights;
    private final Map<String, Long> embeddings;

    BatchIntake(ComputationGraph graph) {
        this.graph = graph;
        layout = BatchLayout.of(graph);
        weights = new LossWeights(graph);
        embeddings = embeddings(graph);
    }

    /**
     * For a pass with labels, whose loss is told the weights of the labels' mask.
     *
     * @throws InvalidInputException when the mask of the labels has weights that are none
     */
    MultiDataSet forTraining(String who, MultiDataSet given) {
        LabelMasks.check(who, given.getLabelsMaskArrays());
        return weights.seen(forOutput(given));
    }

    /**
     * Of the parameters' data type, with zeros under masks.
     *
     * @throws InvalidInputException when a number of a symbol isn't one that an embedding layer has a row for
     */
    MultiDataSet forOutput(MultiDataSet given) {
        MultiDataSet batch = layout.masked(GivenBatch.of(graph, given));
        if (!embeddings.isEmpty()) {
            double[] numbers = TensorReading.doubles(batch.getFeatures(0));
            embeddings.forEach((layer, vocabulary) -> checkNumbers(layer, vocabulary, numbers));
        }
        return batch;
    }

    /** DL4J's layers cut fractions off, and what no int can hold as well. */
    private static void checkNumbers(String layer, long vocabulary, double[] numbers) {
        for (double number : numbers) {
            if (!(number >= 0 && number < vocabulary && number == Math.rint(number))) {
                throw InvalidInputException.of(
                        "engine dl4j, embedding layer " + layer,
                        "whole numbers from 0 to " + (vocabulary - 1),
                        number,
                        "Check the data's vocabulary.");
            }
        }
    }

    /** Number of rows of the embedding layers that read the network's input. */
    private static Map<String, Long> embeddings(ComputationGraph graph) {
        String input = graph.getConfiguration().getNetworkInputs().get(0);
        Map<String, Long> found = new LinkedHashMap<>();
        graph.getConfiguration().getVertexInputs().forEach((name, inputs) -> {
            if (inputs.contains(input) && graph.getVertex(name).hasLayer()) {
                Layer layer = graph.getVertex(name).getLayer().conf().getLayer();
                if (layer instanceof EmbeddingLayer rows) {
                    found.put(name, rows.getNIn());
                } else if (layer instanceof EmbeddingSequenceLayer rows) {
                    found.put(name, rows.getNIn());
                }
            }
        });
        return found;
    }
}
