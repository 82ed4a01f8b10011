package org.steadygrad.engine.dl4j;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.MaskedBatches;

/**
 * How the sequences of a graph's batches lie.
 *
 * @param featuresTimeInMiddle whether features are [batch, time, size], not [batch, size, time]
 * @param labelsTimeInMiddle the same of labels
 * @param labelPerStep whether there is a label at every time step
 */
record BatchLayout(boolean featuresTimeInMiddle, boolean labelsTimeInMiddle, boolean labelPerStep) {

    /** @param graph one whose layers agree in the layout of sequences */
    static BatchLayout of(ComputationGraph graph) {
        boolean timeInMiddle = Arrays.stream(graph.getVertices())
                .filter(vertex -> vertex.hasLayer())
                .anyMatch(vertex ->
                        LayerFacts.timeInMiddle(vertex.getLayer().conf().getLayer()));
        Layer output = graph.getOutputLayer(0).conf().getLayer();
        RNNFormat labels = output instanceof RnnOutputLayer rnn
                ? rnn.getRnnDataFormat()
                : output instanceof RnnLossLayer loss ? loss.getRnnDataFormat() : null;
        return new BatchLayout(timeInMiddle, labels == RNNFormat.NWC, labels != null);
    }

    /** The batch as DL4J's layers may see it: zeros under masks, and examples without any step left out of the loss. */
    MultiDataSet masked(MultiDataSet batch) {
        MultiDataSet counted = MaskedBatches.withoutEmpty(batch, labelPerStep);
        return MaskedBatches.cleared(counted, featuresTimeInMiddle, labelsTimeInMiddle);
    }
}
