package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.MaskedBatches;

/**
 * Hands the mask of the labels to the loss past DL4J's layers. Output layers multiply the logits by it, which is harmless for
 * rows of 0 and 1 only, and take masks of single outputs for [examples, outputs, steps] whatever the layout of their data.
 */
final class LossWeights {
    private final ILossFunction loss;
    private final String layer;
    private final boolean steps;
    private final boolean timeBeforeOutputs;

    /** @param graph whose losses are {@link ExactLosses} */
    LossWeights(ComputationGraph graph) {
        Layer output = RecurrentProfile.innermost(graph.getOutputLayer(0));
        org.deeplearning4j.nn.conf.layers.Layer configured = output.conf().getLayer();
        loss = ExactLosses.of(configured);
        layer = configured.getLayerName();
        steps = configured instanceof RnnOutputLayer || configured instanceof RnnLossLayer;
        timeBeforeOutputs = format(configured) == RNNFormat.NWC;
    }

    private static RNNFormat format(org.deeplearning4j.nn.conf.layers.Layer layer) {
        return layer instanceof RnnOutputLayer output
                ? output.getRnnDataFormat()
                : layer instanceof RnnLossLayer alone ? alone.getRnnDataFormat() : RNNFormat.NCW;
    }

    /**
     * The batch as DL4J's layers must see it: without the mask, of which the loss knows.
     *
     * @throws InvalidInputException when the loss isn't one of DL4J's, so that nothing is known of it, and the mask has
     *     other numbers than 0 and 1
     */
    MultiDataSet seen(MultiDataSet batch) {
        INDArray mask = MaskedBatches.first(batch.getLabelsMaskArrays());
        if (loss instanceof WeightedLoss weighted) {
            weighted.weigh(mask == null ? null : rows(mask));
            return mask == null
                    ? batch
                    : new org.nd4j.linalg.dataset.MultiDataSet(
                            batch.getFeatures(), batch.getLabels(), batch.getFeaturesMaskArrays(), null);
        }
        if (mask != null && !ofZeroAndOne(mask)) {
            throw InvalidInputException.of(
                    "loss of layer " + layer,
                    "a label mask of 0 and 1, since " + loss.getClass().getName() + " isn't one of DL4J's losses",
                    "other weights",
                    "Put the weights into the loss.");
        }
        return batch;
    }

    private static boolean ofZeroAndOne(INDArray mask) {
        for (float weight : mask.dup('c').data().asFloat()) {
            if (weight != 0 && weight != 1) {
                return false;
            }
        }
        return true;
    }

    /** In the order in which DL4J's layers put their rows. */
    private INDArray rows(INDArray weights) {
        LayerWorkspaceMgr memory = LayerWorkspaceMgr.noWorkspaces();
        if (weights.rank() == 3) {
            INDArray byOutput = timeBeforeOutputs ? weights.permute(0, 2, 1) : weights;
            return TimeSeriesUtils.reshape3dTo2d(byOutput, memory, ArrayType.INPUT);
        }
        return steps ? TimeSeriesUtils.reshapeTimeSeriesMaskToVector(weights, memory, ArrayType.INPUT) : weights;
    }
}
