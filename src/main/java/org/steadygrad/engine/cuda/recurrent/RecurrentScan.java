package org.steadygrad.engine.cuda.recurrent;

/**
 * The part of a recurrent layer that goes from step to step, over one stretch of time steps: everything but the products with
 * the input and with whole gradients, which are done for all steps at once. Methods enqueue on the model's compute stream
 * and may be captured.
 */
interface RecurrentScan {
    /**
     * Reads {@code gates} as the products with the input left them, and the initial state; leaves activated gates, hidden
     * states (and cells), and the final state.
     */
    void forward();

    /**
     * After {@link #forward}: reads the gradient of the hidden states, and in {@code stateGradient} that of the final state;
     * leaves in {@code gates} their gradient before activation, and in {@code stateGradient} that of the initial state.
     */
    void backward();
}
