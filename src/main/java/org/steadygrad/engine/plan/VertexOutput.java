package org.steadygrad.engine.plan;

import org.steadygrad.model.ActivationRange;

/**
 * What a vertex below the output puts out, for reports.
 *
 * @param vertex name of the DL4J vertex
 * @param layer whether the vertex is a layer
 * @param depth number of layers with parameters up to and with this one
 * @param range what its activation function can yield
 * @param value the tensor
 */
public record VertexOutput(String vertex, boolean layer, int depth, ActivationRange range, Value value) {}
