package org.steadygrad.engine.plan;

import java.util.Optional;

/**
 * What a vertex of the graph puts out.
 *
 * @param value the tensor
 * @param mask where there is data, as DL4J passes masks on from layer to layer; only for tensors with a row per time step
 */
record Signal(Value value, Optional<Value> mask) {

    /** Another tensor under the same mask. */
    Signal with(Value other) {
        return new Signal(other, other.perTimeStep() ? mask : Optional.empty());
    }
}
