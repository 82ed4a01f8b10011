package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.steadygrad.engine.plan.SequenceFormats;

/**
 * A batch as DL4J's layers must be given it: of the parameters' data type, which DL4J expects of features without asking for
 * it, and with a mask of the labels. DL4J's output layers for sequences count all steps where there is no mask of labels,
 * even those that the features' mask leaves out; these are left out here.
 */
final class GivenBatch {
    private GivenBatch() {}

    static org.nd4j.linalg.dataset.api.MultiDataSet of(
            ComputationGraph graph, org.nd4j.linalg.dataset.api.MultiDataSet batch) {
        DataType type = graph.params().dataType();
        INDArray[] masks = cast(batch.getFeaturesMaskArrays(), type);
        INDArray[] labelMasks = cast(batch.getLabelsMaskArrays(), type);
        INDArray[] labels = cast(batch.getLabels(), type);
        boolean own = labelMasks != null && labelMasks[0] != null;
        boolean derived =
                !own && fits(masks, labels, graph.getOutputLayer(0).conf().getLayer());
        return new MultiDataSet(cast(batch.getFeatures(), type), labels, masks, derived ? masks : labelMasks);
    }

    /** Whether the features' mask has a number for each step of the labels; not where layers change the number of steps. */
    private static boolean fits(INDArray[] masks, INDArray[] labels, Layer output) {
        RNNFormat format = format(output);
        return format != null
                && masks != null
                && masks[0] != null
                && labels != null
                && labels[0].rank() == 3
                && masks[0].rank() == 2
                && masks[0].size(1) == labels[0].size(format == RNNFormat.NCW ? 2 : 1);
    }

    /** Null for layers with one output per example. */
    private static RNNFormat format(Layer layer) {
        if (layer instanceof FrozenLayerWithBackprop frozen) {
            return format(frozen.getUnderlying());
        }
        if (layer instanceof RnnOutputLayer output) {
            return output.getRnnDataFormat();
        }
        return layer instanceof RnnLossLayer loss ? loss.getRnnDataFormat() : null;
    }

    private static INDArray[] cast(INDArray[] arrays, DataType type) {
        if (arrays == null) {
            return null;
        }
        INDArray[] cast = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            cast[i] = arrays[i] == null || arrays[i].dataType() == type ? arrays[i] : arrays[i].castTo(type);
        }
        return cast;
    }

    /**
     * Gives output layers for sequences a format where they have none, as in a graph without input types: DL4J's own training
     * fails on them.
     *
     * @param configuration is changed
     * @param formats of the graph it was made from
     */
    static void fillFormats(ComputationGraphConfiguration configuration, SequenceFormats formats) {
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layered) {
                fillFormat(layered.getLayerConf().getLayer(), formats.labels());
            }
        }
    }

    private static void fillFormat(Layer layer, RNNFormat format) {
        if (layer instanceof FrozenLayerWithBackprop frozen) {
            fillFormat(frozen.getUnderlying(), format);
        } else if (layer instanceof RnnOutputLayer output && output.getRnnDataFormat() == null) {
            output.setRnnDataFormat(format);
        } else if (layer instanceof RnnLossLayer loss && loss.getRnnDataFormat() == null) {
            loss.setRnnDataFormat(format);
        }
    }
}
