package org.steadygrad.engine.plan;

import java.util.List;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;

/** What vertices without a layer become. */
final class VertexTranslation {
    private VertexTranslation() {}

    static Signal translate(PlanBuilder plan, GraphVertex vertex, List<Signal> inputs) {
        throw new UnsupportedModelException(
                vertex.getVertexName(), vertex.getClass().getSimpleName());
    }
}
