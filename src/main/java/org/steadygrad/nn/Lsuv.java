package org.steadygrad.nn;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.Nd4jSeed;

/**
 * Layer-sequential unit-variance initialisation (Mishkin and Matas 2016, arXiv 1511.06422v7, algorithm 1), for stacks
 * with any activation function: every weight matrix starts orthonormal and is then, from input to output, divided by
 * the standard deviation of what it makes of a batch of data, before bias and activation.
 *
 * <p>Done for dense and output layers and for the input weights of recurrent ones. That product is linear in the
 * weights, so one division brings its variance to 1, where the paper's algorithm iterates to a tolerance. Recurrent
 * matrices, biases, embeddings, convolutions and frozen layers are left alone. While it measures, batch norm works as
 * in training and dropout is off; masked positions don't count.
 */
public final class Lsuv {
    private static final String WHO = "LSUV initialisation";
    private static final List<String> INPUT_WEIGHTS = List.of("W", "fW", "bW");

    private Lsuv() {}

    /**
     * What was done to a weight matrix.
     *
     * @param layer name of the vertex
     * @param parameter name of the parameter
     * @param variance variance of the matrix's products while it was orthonormal; it is 1 now
     */
    public record Scaling(String layer, String parameter, double variance) {}

    /**
     * Initialises a network's weights, in place.
     *
     * @param network initialised; its other parameters and its settings stay as they are
     * @param batch features, and masks if there are any; some hundred examples or time steps are enough
     * @param seed decides the orthonormal matrices; ND4J's random generator is set to it
     * @return what was done, in topological order
     * @throws InvalidInputException if a layer gets the same value, or a non-finite one, from all of the batch
     */
    public static List<Scaling> initialize(ComputationGraph network, MultiDataSet batch, long seed) {
        Check.notNull(network, WHO, "network");
        Check.notNull(batch, WHO, "batch");
        Nd4j.getRandom().setSeed(Nd4jSeed.of(seed));
        ComputationGraph probe = probe(network);
        List<Scaling> done = new ArrayList<>();
        for (int index : probe.topologicalSortOrder()) {
            GraphVertex vertex = probe.getVertices()[index];
            if (!vertex.hasLayer() || frozen(vertex.getLayer()) || !hasInputWeights(vertex.getLayer())) {
                continue;
            }
            probe.setLayerMaskArrays(batch.getFeaturesMaskArrays(), null);
            probe.feedForward(batch.getFeatures(), true, false);
            // the forward pass takes the masks off the layers when it is done
            probe.setLayerMaskArrays(batch.getFeaturesMaskArrays(), null);
            done.addAll(scale(vertex.getVertexName(), vertex.getLayer(), batch.getFeaturesMaskArrays()));
            probe.clearLayersStates();
        }
        return done;
    }

    private static List<Scaling> scale(String name, Layer layer, INDArray[] masks) {
        List<Scaling> done = new ArrayList<>();
        for (String parameter : INPUT_WEIGHTS) {
            INDArray weights = layer.paramTable().get(parameter);
            INDArray rows = weights == null ? null : rows(layer, masks);
            if (weights == null || weights.rank() != 2 || rows.size(1) != weights.size(0)) {
                continue;
            }
            INDArray memory = Nd4j.createUninitialized(weights.dataType(), weights.length());
            weights.assign(
                    new WeightInitOrthogonal().init(weights.size(0), weights.size(1), weights.shape(), 'f', memory));
            double variance =
                    rows.castTo(weights.dataType()).mmul(weights).var(false).getDouble(0);
            if (!(variance > 0) || Double.isInfinite(variance)) {
                throw InvalidInputException.of(
                        WHO + " of layer '" + name + "'",
                        "inputs whose products with " + parameter + " have a finite variance above 0",
                        variance,
                        "Take a larger and more varied batch, or check the data for constant and non-finite values.");
            }
            weights.divi(Math.sqrt(variance));
            done.add(new Scaling(name, parameter, variance));
        }
        return done;
    }

    /** A network on the same parameters that keeps its layers' inputs and drops nothing. */
    private static ComputationGraph probe(ComputationGraph network) {
        ComputationGraphConfiguration configuration = network.getConfiguration().clone();
        configuration.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        configuration.setInferenceWorkspaceMode(WorkspaceMode.NONE);
        Dropouts.remove(configuration);
        ComputationGraph probe = new ComputationGraph(configuration);
        probe.init(network.params(), false);
        return probe;
    }

    private static boolean hasInputWeights(Layer layer) {
        return INPUT_WEIGHTS.stream().anyMatch(layer.paramTable()::containsKey);
    }

    private static boolean frozen(Layer layer) {
        return layer instanceof org.deeplearning4j.nn.layers.FrozenLayer
                || layer instanceof org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
    }

    /** The layer's input as [rows, features], without masked rows. */
    private static INDArray rows(Layer layer, INDArray[] masks) {
        INDArray input = layer.input();
        INDArray rows = input;
        if (input.rank() == 3) {
            boolean featuresSecond = format(layer.conf().getLayer()) == RNNFormat.NCW;
            INDArray last = featuresSecond ? input.permute(0, 2, 1) : input;
            rows = last.dup('c').reshape('c', last.size(0) * last.size(1), last.size(2));
        }
        // DL4J's recurrent layers hand their mask on without keeping it
        boolean kept = layer.getMaskArray() != null || masks == null || input.rank() != 3;
        INDArray mask = kept ? layer.getMaskArray() : masks[0];
        return mask == null || mask.length() != rows.size(0) ? rows : unmasked(rows, mask.dup('c'));
    }

    private static INDArray unmasked(INDArray rows, INDArray mask) {
        List<Integer> counting = new ArrayList<>();
        double[] values = mask.data().asDouble();
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0) {
                counting.add(i);
            }
        }
        if (counting.isEmpty()) {
            throw InvalidInputException.of(WHO, "a batch with unmasked positions", "one that is masked wholly", "");
        }
        return Nd4j.pullRows(
                rows, 1, counting.stream().mapToInt(Integer::intValue).toArray());
    }

    private static RNNFormat format(org.deeplearning4j.nn.conf.layers.Layer conf) {
        if (conf instanceof Bidirectional both) {
            return format(both.getFwd());
        }
        if (conf instanceof BaseWrapperLayer wrapper) {
            return format(wrapper.getUnderlying());
        }
        if (conf instanceof BaseRecurrentLayer recurrent) {
            return recurrent.getRnnDataFormat();
        }
        return conf instanceof RnnOutputLayer output ? output.getRnnDataFormat() : RNNFormat.NCW;
    }
}
