package org.steadygrad.engine.dl4j;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.LabelMasks;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.nn.MaskObstacles;
import org.steadygrad.nn.MaskObstacles.Obstacle;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * Makes of a batch what the layers of an {@link OwnGraph} may see: of the parameters' data type, which DL4J expects of features without
 * asking for it, with the masks that count ({@link MaskedBatches}), with zeros under them and sequences [batch, size, time]. Batches aren't changed, and their arrays
 * are copied only where something else must stand there.
 */
final class BatchIntake {
    private final DataType type;
    private final SequenceFormats formats;
    private final SequenceLayout layout;
    private final LossWeights weights;
    private final Map<String, Long> embeddings;
    private final List<Obstacle> obstacles;

    /** @param formats of the batches of the model that the graph is a copy of */
    BatchIntake(ComputationGraph graph, SequenceFormats formats) {
        this.formats = formats;
        layout = new SequenceLayout(false, false, formats.sameSteps(), formats.masked());
        type = graph.params().dataType();
        weights = new LossWeights(graph);
        embeddings = embeddings(graph);
        obstacles = MaskObstacles.of(graph.getConfiguration());
    }

    /** Of the batches that the layers see: sequences are [batch, size, time]. */
    SequenceLayout layout() {
        return layout;
    }

    /**
     * For a pass with labels, whose loss is told the weights of the labels' mask.
     *
     * @throws InvalidInputException when the mask of the labels has weights that are none, or the network has layers that can't
     *     be right where steps are masked
     */
    MultiDataSet forTraining(String who, MultiDataSet given) {
        LabelMasks.check(who, given.getLabelsMaskArrays());
        return weights.seen(seen(who, given));
    }

    /** What the layers put out for sequences, in the layout of the model's labels. */
    INDArray turned(INDArray output) {
        return output.rank() == 3 && formats.labels() == RNNFormat.NWC ? output.permute(0, 2, 1) : output;
    }

    /** For a pass without labels, by whose weights DL4J's output layers multiply what goes into the activation function. */
    MultiDataSet forOutput(String who, MultiDataSet given) {
        return seen(
                who,
                new org.nd4j.linalg.dataset.MultiDataSet(
                        given.getFeatures(), null, given.getFeaturesMaskArrays(), null));
    }

    /**
     * With all masks where they are, for losses that aren't those of the graph.
     *
     * @throws InvalidInputException when a number of a symbol isn't one that an embedding layer has a row for
     */
    MultiDataSet seen(String who, MultiDataSet given) {
        MultiDataSet batch = withoutObstacles(who, given);
        if (!embeddings.isEmpty()) {
            double[] numbers = TensorReading.doubles(batch.getFeatures(0));
            embeddings.forEach((layer, vocabulary) -> checkNumbers(layer, vocabulary, numbers));
        }
        return batch;
    }

    private MultiDataSet withoutObstacles(String who, MultiDataSet given) {
        MultiDataSet batch = MaskedBatches.weighed(formats.turned(cast(given)), layout);
        INDArray mask = MaskedBatches.first(batch.getFeaturesMaskArrays());
        if (mask == null) {
            return MaskedBatches.cleared(batch, layout);
        }
        if (!MaskedBatches.hides(mask)) {
            // some of DL4J's layers can't be given a mask, even one that hides nothing
            return MaskedBatches.cleared(
                    new org.nd4j.linalg.dataset.MultiDataSet(
                            batch.getFeatures(), batch.getLabels(), null, batch.getLabelsMaskArrays()),
                    layout);
        }
        if (!obstacles.isEmpty()) {
            Obstacle first = obstacles.get(0);
            throw InvalidInputException.of(
                    who,
                    "features without masked steps, because of layer " + first.name(),
                    "masked steps",
                    first.reason());
        }
        return MaskedBatches.cleared(batch, layout);
    }

    private MultiDataSet cast(MultiDataSet batch) {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                cast(batch.getFeatures()),
                cast(batch.getLabels()),
                cast(batch.getFeaturesMaskArrays()),
                cast(batch.getLabelsMaskArrays()));
    }

    private INDArray[] cast(INDArray[] arrays) {
        if (arrays == null) {
            return null;
        }
        INDArray[] cast = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            cast[i] = arrays[i] == null || arrays[i].dataType() == type ? arrays[i] : arrays[i].castTo(type);
        }
        return cast;
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
