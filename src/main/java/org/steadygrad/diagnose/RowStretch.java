package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.deeplearning4j.nn.graph.vertex.impl.ElementWiseVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A part of a network that makes a row of each row: dense layers, batch norms, activations and sums, between two places that
 * everything passes through.
 *
 * @param from name of the vertex before it
 * @param vertices in topological order
 * @param layers number of its vertices with weights
 */
record RowStretch(String from, List<GraphVertex> vertices, int layers) {
    /** Fewer layers than that aren't a stack. */
    private static final int SHORTEST = 2;

    RowStretch {
        vertices = List.copyOf(vertices);
    }

    /** Name of the last vertex. */
    String to() {
        return vertices.get(vertices.size() - 1).getVertexName();
    }

    /**
     * Finds the stretches of a network, each as long as it gets. A stretch begins at the first place that is at least as wide
     * as its end, so that a narrow input doesn't hide what the layers above it do to each of their directions.
     *
     * @param outputs of all vertices, by name
     */
    static List<RowStretch> of(ComputationGraph graph, Map<String, INDArray> outputs) {
        Order order = Order.of(graph);
        List<RowStretch> found = new ArrayList<>();
        int first = 0;
        while (first < order.vertices().size()) {
            int last = first;
            while (last + 1 < order.vertices().size()
                    && rowwise(order.vertices().get(last + 1))) {
                last++;
            }
            longest(order, first, last, outputs).ifPresent(found::add);
            first = last + 1;
        }
        return found;
    }

    private static Optional<RowStretch> longest(Order order, int first, int last, Map<String, INDArray> outputs) {
        for (int to = last; to > first; to--) {
            for (int from = first; from < to; from++) {
                if (order.closed(from, to) && wideEnough(order, from, to, outputs)) {
                    List<GraphVertex> vertices = order.vertices().subList(from + 1, to + 1);
                    int layers = (int) vertices.stream()
                            .filter(v -> v.hasLayer() && v.getLayer().conf().getLayer() instanceof DenseLayer)
                            .count();
                    return layers < SHORTEST
                            ? Optional.empty()
                            : Optional.of(
                                    new RowStretch(order.vertices().get(from).getVertexName(), vertices, layers));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean wideEnough(Order order, int from, int to, Map<String, INDArray> outputs) {
        INDArray start = outputs.get(order.vertices().get(from).getVertexName());
        INDArray end = outputs.get(order.vertices().get(to).getVertexName());
        return start != null && start.rank() == 2 && end != null && start.size(1) >= end.size(1);
    }

    /**
     * A graph's vertices in topological order.
     *
     * @param sources places of the vertices that each one reads
     */
    private record Order(List<GraphVertex> vertices, List<List<Integer>> sources) {
        static Order of(ComputationGraph graph) {
            List<GraphVertex> vertices = new ArrayList<>();
            List<List<Integer>> sources = new ArrayList<>();
            Map<Integer, Integer> places = new HashMap<>();
            for (int index : graph.topologicalSortOrder()) {
                GraphVertex vertex = graph.getVertices()[index];
                List<Integer> read = new ArrayList<>();
                if (vertex.getInputVertices() != null) {
                    for (VertexIndices source : vertex.getInputVertices()) {
                        read.add(places.get(source.getVertexIndex()));
                    }
                }
                places.put(index, vertices.size());
                vertices.add(vertex);
                sources.add(read);
            }
            return new Order(vertices, sources);
        }

        /** Whether what is between two places reads nothing from before them, and nothing beyond reads past the second one. */
        boolean closed(int from, int to) {
            boolean closed = true;
            for (int place = from + 1; closed && place < vertices.size(); place++) {
                boolean inside = place <= to;
                closed = sources.get(place).stream()
                        .allMatch(source -> inside ? source >= from : source < from || source >= to);
            }
            return closed;
        }
    }

    private static boolean rowwise(GraphVertex vertex) {
        if (vertex instanceof ElementWiseVertex) {
            return true;
        }
        if (!(vertex instanceof LayerVertex layered)
                || layered.getLayerPreProcessor() != null
                || vertex.isOutputVertex()) {
            return false;
        }
        Layer layer = vertex.getLayer().conf().getLayer();
        return layer instanceof DenseLayer
                || layer instanceof BatchNormalization
                || layer instanceof ActivationLayer
                || layer instanceof DropoutLayer;
    }
}
