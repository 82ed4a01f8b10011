package org.steadygrad.exchange.graph;

import org.steadygrad.check.Check;

/**
 * A value in a graph.
 *
 * @param node name of the node that gives it, or of an input of the graph
 * @param output which output of the node, from 0
 */
public record Port(String node, int output) {
    public Port {
        Check.notNull(node, "port", "node");
        Check.nonNegative(output, "port", "output");
    }

    /** The first or only output of a node, or an input of the graph. */
    public static Port of(String node) {
        return new Port(node, 0);
    }

    @Override
    public String toString() {
        return output == 0 ? node : node + ":" + output;
    }
}
