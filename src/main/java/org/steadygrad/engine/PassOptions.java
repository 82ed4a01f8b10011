package org.steadygrad.engine;

import org.steadygrad.check.Check;
import org.steadygrad.model.TrainingCounts;

/**
 * How a forward and backward pass runs.
 *
 * @param randomSeed decides all dropout masks of the pass: the same seed gives the same masks
 * @param carryState recurrent layers start from the state the previous pass ended with (truncated BPTT)
 * @param accumulate the gradient is averaged with those since the last update, weighted by examples, instead of
 *     replacing them
 * @param trace what is looked at as well; loss and gradient are the same in any case
 * @param trained how far the network has been trained, which dropout and weight noise by a schedule go by; null stands for
 *     what the pass before was told
 */
public record PassOptions(
        long randomSeed, boolean carryState, boolean accumulate, Trace trace, TrainingCounts trained) {

    /** What is looked at in a pass; each includes those before it. */
    public enum Trace {
        /** Nothing but the loss. */
        NONE,
        /** Activations and gradient flow, as numbers per layer. */
        FLOW,
        /** Histograms of each layer's outputs. The engine finishes the pass before it returns. */
        HISTOGRAMS
    }

    public PassOptions {
        Check.notNull(trace, "PassOptions", "trace");
    }

    /** Of a network that hasn't been trained since the pass before. */
    public PassOptions(long randomSeed, boolean carryState, boolean accumulate, Trace trace) {
        this(randomSeed, carryState, accumulate, trace, null);
    }

    /** @param trace whether activations and gradient flow are looked at */
    public PassOptions(long randomSeed, boolean carryState, boolean accumulate, boolean trace) {
        this(randomSeed, carryState, accumulate, trace ? Trace.FLOW : Trace.NONE);
    }

    /** Whether the pass' result has a {@link StepTrace}. */
    public boolean traced() {
        return trace != Trace.NONE;
    }

    /** Whether that has histograms. */
    public boolean histograms() {
        return trace == Trace.HISTOGRAMS;
    }
}
