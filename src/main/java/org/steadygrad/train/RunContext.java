package org.steadygrad.train;

import java.util.Optional;
import org.steadygrad.engine.plan.SequenceFormats;

/**
 * What all parts of a run share.
 *
 * @param window time steps of a window of truncated BPTT; 0 for whole sequences
 * @param formats of the sequences that the network takes
 * @param normalizing name of the first layer that has nothing to normalise over in a batch of one example
 */
record RunContext(
        LoopSettings settings,
        Progress progress,
        StopSignal stopSignal,
        int window,
        SequenceFormats formats,
        Optional<String> normalizing) {}
