package org.steadygrad.forensics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.dl4j.OwnGraph;
import org.steadygrad.engine.dl4j.TracedPass;
import org.steadygrad.ops.MaskedBatches;

/**
 * A step's pass in double precision, by the layers of an {@link OwnGraph}: what overflows a 32-bit float has a number here, and what masks
 * hide counts for nothing. Dropout masks are others than in the step.
 */
final class DoublePass {
    private final OwnGraph own;
    private final ComputationGraph graph;
    private final MultiDataSet batch;
    private final INDArray labels;
    private final INDArray counting;
    private final Layer outputLayer;
    private final Map<String, INDArray> activations = new LinkedHashMap<>();
    private StepTrace trace;

    /** @param batch whole sequences, from where the recurrent state was 0, in the model's formats */
    DoublePass(ComputationGraph model, MultiDataSet batch) {
        own = OwnGraph.inDouble(model);
        graph = own.graph();
        this.batch = batch;
        outputLayer = model.getOutputLayer(0).conf().getLayer();
        MultiDataSet seen = own.masked(batch);
        labels = seen.getLabels(0);
        counting = MaskedBatches.cleared(Nd4j.onesLike(labels), MaskedBatches.first(seen.getLabelsMaskArrays()), false);
        Map<String, INDArray> all = forward(seen);
        for (int index : graph.topologicalSortOrder()) {
            String name = graph.getVertices()[index].getVertexName();
            if (all.containsKey(name)) {
                activations.put(name, all.get(name));
            }
        }
    }

    private Map<String, INDArray> forward(MultiDataSet seen) {
        graph.setLayerMaskArrays(seen.getFeaturesMaskArrays(), null);
        Map<String, INDArray> all = graph.feedForward(seen.getFeatures(), true);
        graph.clearLayerMaskArrays();
        graph.rnnClearPreviousState();
        return all;
    }

    int examples() {
        return (int) batch.getFeatures(0).size(0);
    }

    /** The model's output layer, as it is configured there. */
    Layer outputLayer() {
        return outputLayer;
    }

    /** Of the labels' shape: 0 where a label doesn't count, else 1. */
    INDArray counting() {
        return counting;
    }

    /** Sequences are [batch, size, time]. */
    INDArray labels() {
        return labels;
    }

    /** Outputs of all vertices, from the input on; sequences are [batch, size, time]. */
    Map<String, INDArray> activations() {
        return activations;
    }

    ComputationGraph graph() {
        return graph;
    }

    /** The vertices whose outputs a vertex reads. */
    List<String> inputs(String vertex) {
        return graph.getConfiguration().getVertexInputs().getOrDefault(vertex, List.of());
    }

    /** The vertex and those that read its output. */
    List<String> withReaders(String vertex) {
        List<String> names = new ArrayList<>(List.of(vertex));
        graph.getConfiguration().getVertexInputs().forEach((name, inputs) -> {
            if (inputs.contains(vertex)) {
                names.add(name);
            }
        });
        return names;
    }

    /** The largest magnitude among what a vertex reads. */
    double largestInput(String vertex) {
        return inputs(vertex).stream()
                .map(activations::get)
                .filter(array -> array != null)
                .mapToDouble(Tensors::largest)
                .max()
                .orElse(0);
    }

    /** A vertex's parameters by name; empty for one without. */
    Map<String, INDArray> parameters(String vertex) {
        GraphVertex found = graph.getVertex(vertex);
        Map<String, INDArray> table = found == null || !found.hasLayer() ? null : found.paramTable(false);
        return table == null ? Map.of() : table;
    }

    /** Whether a vertex is a layer that goes through time. */
    boolean recurrent(String vertex) {
        GraphVertex found = graph.getVertex(vertex);
        return found != null
                && found.hasLayer()
                && recurrent(found.getLayer().conf().getLayer());
    }

    private static boolean recurrent(Layer layer) {
        return layer instanceof BaseRecurrentLayer
                || layer instanceof Bidirectional
                || (layer instanceof BaseWrapperLayer wrapper && recurrent(wrapper.getUnderlying()));
    }

    /** The same step backwards. */
    StepTrace trace() {
        if (trace == null) {
            trace = TracedPass.run(graph, own.batch(batch), false).trace();
        }
        return trace;
    }
}
