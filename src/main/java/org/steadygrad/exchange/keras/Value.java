package org.steadygrad.exchange.keras;

import java.util.Optional;
import org.steadygrad.exchange.graph.Port;

/**
 * What a layer of Keras gives: a value of the graph with the mask that goes with it, or a step on the way to a mask.
 *
 * @param port the value; null for a step on the way to a mask
 * @param mask of its steps
 * @param term what it is on the way to a mask; null for values
 */
record Value(Port port, Optional<Port> mask, MaskTerm term) {
    static Value of(Port port, Optional<Port> mask) {
        return new Value(port, mask, null);
    }

    static Value unmasked(Port port) {
        return of(port, Optional.empty());
    }

    static Value of(MaskTerm term) {
        return new Value(null, Optional.empty(), term);
    }
}
