package org.steadygrad.engine.plan;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.nn.InputSteps;
import org.steadygrad.nn.MaskedValue;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.ops.SequenceLayout;

/**
 * How sequences lie in the batches of a graph with one input and one output. Where no layer tells, {@link RNNFormat#NCW},
 * [batch, size, time], as in DL4J's forward pass; an output layer that doesn't tell takes the format of the features, and layers at
 * the input that can't tell, that of the labels.
 *
 * @param features format of the features; of no importance to networks without sequences
 * @param labels format of the labels; of no importance to networks with one label per example
 * @param symbols whether the features are numbers of symbols, one per time step, so that they may be [batch, time] too
 * @param sameSteps whether labels per step are those of the features' steps ({@link InputSteps})
 * @param masked steps whose features all have this value hold no data ({@link MaskedValue}); NaN for none
 */
public record SequenceFormats(RNNFormat features, RNNFormat labels, boolean symbols, boolean sameSteps, double masked) {

    /** Of a network that has labels for the steps of its features, and masks none itself. */
    public SequenceFormats(RNNFormat features, RNNFormat labels, boolean symbols) {
        this(features, labels, symbols, true, Double.NaN);
    }

    /** @param graph initialised */
    public static SequenceFormats of(ComputationGraph graph) {
        String input = graph.getConfiguration().getNetworkInputs().get(0);
        GraphInput.Findings found = GraphInput.findings(graph, graph.getVertex(input));
        GraphVertex output =
                graph.getVertex(graph.getConfiguration().getNetworkOutputs().get(0));
        RNNFormat labels = output.hasLayer() ? format(PlanBuilder.configuration(output)) : null;
        RNNFormat features = found.format().orElse(labels == null ? RNNFormat.NCW : labels);
        String last = graph.getConfiguration().getNetworkOutputs().get(0);
        return new SequenceFormats(
                features,
                labels == null ? features : labels,
                found.symbols(),
                new InputSteps(graph.getConfiguration()).readBy(last),
                MaskedValue.of(graph.getConfiguration()));
    }

    /**
     * The batch for those who look at data: with the masks that count, whoever gave them, and sequences as [batch, size, time].
     *
     * @return of views where nothing must be changed
     */
    public MultiDataSet inspected(MultiDataSet batch) {
        return turned(MaskedBatches.weighed(batch, layout()));
    }

    /** The same for those who know no networks. */
    public SequenceLayout layout() {
        return new SequenceLayout(features == RNNFormat.NWC, labels == RNNFormat.NWC, sameSteps, masked);
    }

    /**
     * Swaps size and time of the arrays of which this tells that they are [batch, time, size]: a network's batch becomes one of
     * [batch, size, time], and that the network's again. Masks of steps are [batch, time] in either.
     *
     * @return views, or the batch itself where nothing is to be swapped
     */
    public MultiDataSet turned(MultiDataSet batch) {
        if (features == RNNFormat.NCW && labels == RNNFormat.NCW) {
            return batch;
        }
        return new org.nd4j.linalg.dataset.MultiDataSet(
                turned(batch.getFeatures(), features),
                turned(batch.getLabels(), labels),
                batch.getFeaturesMaskArrays(),
                turned(batch.getLabelsMaskArrays(), labels));
    }

    private static INDArray[] turned(INDArray[] arrays, RNNFormat format) {
        if (arrays == null) {
            return null;
        }
        INDArray[] turned = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            boolean swap = format == RNNFormat.NWC && arrays[i] != null && arrays[i].rank() == 3;
            turned[i] = swap ? arrays[i].permute(0, 2, 1) : arrays[i];
        }
        return turned;
    }

    /** What an output layer tells; null when it tells nothing. */
    private static RNNFormat format(Layer layer) {
        Layer inner = GraphInput.unwrapped(layer);
        if (inner instanceof RnnOutputLayer rnn) {
            return rnn.getRnnDataFormat();
        }
        return inner instanceof RnnLossLayer loss ? loss.getRnnDataFormat() : null;
    }
}
