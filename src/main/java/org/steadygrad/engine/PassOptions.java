package org.steadygrad.engine;

/**
 * How a forward and backward pass runs.
 *
 * @param randomSeed decides all dropout masks of the pass: the same seed gives the same masks
 * @param carryState recurrent layers start from the state the previous pass ended with (truncated BPTT)
 * @param accumulate the gradient is averaged with those since the last update, weighted by examples, instead of
 *     replacing them
 * @param trace activations and gradient flow are looked at as well
 */
public record PassOptions(long randomSeed, boolean carryState, boolean accumulate, boolean trace) {}
