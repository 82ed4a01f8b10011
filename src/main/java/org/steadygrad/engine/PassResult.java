package org.steadygrad.engine;

import java.util.Optional;

/**
 * What a forward and backward pass yields; the gradient stays in the engine.
 *
 * @param loss the loss averaged over the minibatch as DL4J defines it, penalties included; may be non-finite
 * @param trace present when it was asked for
 */
public record PassResult(double loss, Optional<StepTrace> trace) {}
