package org.steadygrad.engine.cpu.kernel;

/**
 * What differs from one run of a program to the next, apart from the batch.
 *
 * @param seed decides all dropout masks
 * @param states that recurrent layers start from and leave behind
 * @param profile whether recurrent layers shall note the gradient through time
 */
public record Pass(long seed, StateStore states, boolean profile) {}
