package org.steadygrad.train;

/**
 * What all parts of a run share.
 *
 * @param window time steps of a window of truncated BPTT; 0 for whole sequences
 */
record RunContext(LoopSettings settings, Progress progress, StopSignal stopSignal, int window) {}
