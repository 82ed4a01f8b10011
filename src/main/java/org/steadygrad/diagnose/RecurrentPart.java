package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.nn.GRU;

/**
 * One direction of a recurrent layer.
 *
 * @param vertex that holds the layer
 * @param direction "forward" or "backward"
 * @param cell its configuration
 * @param prefix of its parameters' names
 */
record RecurrentPart(
        GraphVertex vertex, String direction, org.deeplearning4j.nn.conf.layers.Layer cell, String prefix) {
    private static final List<String> GRU_GATES = List.of("reset gate", "update gate", "candidate");
    private static final List<String> LSTM_GATES = List.of("cell input", "forget gate", "output gate", "input gate");

    /** The recurrent layers of a graph whose cells are known here: vanilla, LSTM and the toolkit's GRU. */
    static List<RecurrentPart> of(ComputationGraph graph) {
        List<RecurrentPart> parts = new ArrayList<>();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (!vertex.hasLayer()) {
                continue;
            }
            var layer = innermost(vertex.getLayer()).conf().getLayer();
            if (layer instanceof Bidirectional both) {
                add(new RecurrentPart(vertex, "forward", both.getFwd(), "f"), parts);
                add(new RecurrentPart(vertex, "backward", both.getBwd(), "b"), parts);
            } else {
                add(new RecurrentPart(vertex, "forward", layer, ""), parts);
            }
        }
        return parts;
    }

    private static void add(RecurrentPart part, List<RecurrentPart> parts) {
        if (!part.gates().isEmpty()) {
            parts.add(part);
        }
    }

    private static Layer innermost(Layer layer) {
        Layer inner = layer;
        while (inner instanceof BaseWrapperLayer wrapper) {
            inner = wrapper.getUnderlying();
        }
        return inner;
    }

    /** Names of the blocks of the recurrent matrix, in the order of its columns; none when the cell isn't known here. */
    List<String> gates() {
        if (cell instanceof GRU) {
            return GRU_GATES;
        }
        if (cell instanceof LSTM) {
            return LSTM_GATES;
        }
        return cell instanceof SimpleRnn simple && !simple.hasLayerNorm() ? List.of("state") : List.of();
    }

    String layer() {
        return vertex.getVertexName();
    }

    /** Layer and, where there are two, direction. */
    String name() {
        return layer() + (direction.equals("backward") ? " (backward)" : "");
    }

    /** @param key W, RW or b */
    INDArray parameter(String key) {
        return vertex.getLayer().getParam(prefix + key);
    }

    int units() {
        return (int) parameter("RW").size(0);
    }

    /** The square block of the recurrent matrix that belongs to a gate. */
    INDArray recurrent(int gate) {
        return parameter("RW").get(NDArrayIndex.all(), columns(gate));
    }

    /** A gate's biases; those of the input's part where there are two. */
    INDArray bias(int gate) {
        return parameter("b").reshape(-1).get(columns(gate));
    }

    private org.nd4j.linalg.indexing.INDArrayIndex columns(int gate) {
        return NDArrayIndex.interval((long) gate * units(), (gate + 1L) * units());
    }
}
