package org.steadygrad.engine.cuda.kernel;

/**
 * An operation of a plan, compiled for one batch shape. Its methods enqueue work on the model's compute stream; they neither
 * allocate nor wait, so that they can be captured. What they read and write was given to them when they were made.
 */
public interface OperationKernel {
    /** Computes the operation's output from its inputs. */
    void forward();

    /**
     * Computes, from the gradient of the output, its share of the gradient of every input that needs one, and the gradient
     * of its parameters; both are overwritten. Called only in training, after {@link #forward}, and only when a trained
     * parameter lies at or below the operation.
     */
    void backward();
}
