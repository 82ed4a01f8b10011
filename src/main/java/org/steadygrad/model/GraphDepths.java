package org.steadygrad.model;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;

/** How deep the vertices of a graph lie. */
public final class GraphDepths {
    private GraphDepths() {}

    /**
     * @param graph initialised
     * @return for each vertex the number of layers with parameters on the longest way from an input up to and with it
     */
    public static Map<String, Integer> of(ComputationGraph graph) {
        Map<String, Integer> depths = new HashMap<>();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            int below = 0;
            if (vertex.getInputVertices() != null) {
                for (VertexIndices source : vertex.getInputVertices()) {
                    String name = graph.getVertices()[source.getVertexIndex()].getVertexName();
                    below = Math.max(below, depths.get(name));
                }
            }
            boolean counts = vertex.hasLayer() && vertex.getLayer().numParams() > 0;
            depths.put(vertex.getVertexName(), below + (counts ? 1 : 0));
        }
        return depths;
    }
}
