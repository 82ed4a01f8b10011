package org.steadygrad.exchange;

import org.steadygrad.exchange.graph.NeutralGraph;

/**
 * The network that a file with weights alone is for.
 *
 * @param graph its weights are replaced by those of the file
 * @param source for messages: {@code run.yaml}
 */
public record Architecture(NeutralGraph graph, String source) {}
