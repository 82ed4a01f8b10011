package org.steadygrad.engine.cuda.recurrent;

/** A recurrent layer in one direction, compiled in one of several ways. Methods enqueue and may be captured. */
interface RecurrentRun {
    /** Reads the input and the initial state; leaves the output and the final state. */
    void forward();

    /** After {@link #forward}: reads the gradient of the output, leaves those of trained parameters and of the input. */
    void backward();
}
