package org.steadygrad.train;

import org.steadygrad.engine.plan.SequenceFormats;

/**
 * What all parts of a run share.
 *
 * @param window time steps of a window of truncated BPTT; 0 for whole sequences
 * @param formats of the sequences that the network takes
 */
record RunContext(
        LoopSettings settings, Progress progress, StopSignal stopSignal, int window, SequenceFormats formats) {}
