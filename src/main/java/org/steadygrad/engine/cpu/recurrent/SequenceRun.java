package org.steadygrad.engine.cpu.recurrent;

import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;

/** A recurrent layer run over a batch of sequences, and back. */
interface SequenceRun {
    /** The state that the next forward pass starts from, h and c, [examples, units] each. */
    List<FloatMemory> initialState();

    /** The state that the last forward pass ended with. */
    List<FloatMemory> finalState();

    /** The gradient with respect to {@link #initialState()}, after a backward pass. */
    List<FloatMemory> initialGradient();

    void forward();

    /**
     * After {@link #forward}: overwrites the gradients of the parameters and of the input.
     *
     * @param norms notes the gradient of the state after each segment; null if not asked for
     */
    void backward(BoundaryNorms norms);
}
