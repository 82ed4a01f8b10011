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
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.dl4j.TracedPass;

/**
 * A step's pass in double precision, by DL4J's own layers: what overflows a 32-bit float has a number here. Dropout masks are
 * others than in the step.
 */
final class DoublePass {
    private final ComputationGraph graph;
    private final org.nd4j.linalg.dataset.api.MultiDataSet batch;
    private final Map<String, INDArray> activations = new LinkedHashMap<>();
    private StepTrace trace;

    /** @param batch whole sequences, from where the recurrent state was 0 */
    DoublePass(ComputationGraph model, org.nd4j.linalg.dataset.api.MultiDataSet batch) {
        graph = model.convertDataType(DataType.DOUBLE);
        this.batch = new MultiDataSet(
                doubles(batch.getFeatures()),
                doubles(batch.getLabels()),
                doubles(batch.getFeaturesMaskArrays()),
                doubles(batch.getLabelsMaskArrays()));
        Map<String, INDArray> all = forward(graph);
        for (int index : graph.topologicalSortOrder()) {
            String name = graph.getVertices()[index].getVertexName();
            if (all.containsKey(name)) {
                activations.put(name, all.get(name));
            }
        }
    }

    private static INDArray[] doubles(INDArray[] arrays) {
        return arrays == null || arrays[0] == null ? null : new INDArray[] {arrays[0].castTo(DataType.DOUBLE)};
    }

    private Map<String, INDArray> forward(ComputationGraph model) {
        model.setLayerMaskArrays(batch.getFeaturesMaskArrays(), batch.getLabelsMaskArrays());
        Map<String, INDArray> all = model.feedForward(batch.getFeatures(), true);
        model.clearLayerMaskArrays();
        model.rnnClearPreviousState();
        return all;
    }

    int examples() {
        return (int) batch.getFeatures(0).size(0);
    }

    INDArray labels() {
        return batch.getLabels(0);
    }

    /** Outputs of all vertices, from the input on. */
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
            trace = TracedPass.run(graph, batch, false).trace();
        }
        return trace;
    }
}
