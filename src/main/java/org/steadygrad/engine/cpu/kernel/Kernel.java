package org.steadygrad.engine.cpu.kernel;

/**
 * An operation of a plan, compiled for one batch shape. A kernel is made once and run many times; running it allocates
 * nothing. It reads and writes the tensors that {@link KernelContext} gave it when it was made.
 */
public interface Kernel {
    /** Computes the operation's output from its inputs. */
    void forward(Pass pass);

    /**
     * Computes, from the gradient of the output, its share of the gradient of every input that needs one, and the gradient
     * of its parameters; both are overwritten. Called only in training, after {@link #forward}, and only when a trained
     * parameter lies at or below the operation.
     */
    void backward(Pass pass);
}
