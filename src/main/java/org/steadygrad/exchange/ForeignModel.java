package org.steadygrad.exchange;

import org.steadygrad.exchange.graph.NeutralGraph;

/**
 * A network that was read from a file.
 *
 * @param graph what it computes
 * @param format name of the format, for people: {@code Keras 3}
 * @param report what became of each key of the file
 */
public record ForeignModel(NeutralGraph graph, String format, ReadReport report) {}
