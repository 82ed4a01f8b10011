package org.steadygrad.nn;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A faster way to run the {@link GRU} layer than ND4J's operations, on float arrays, for tanh with sigmoid gates. Found
 * through {@link java.util.ServiceLoader}; constructing one loads no native library.
 */
public interface GRUAccelerator {

    /** Whether it works on this machine. Never throws. */
    boolean usable();

    /** What one layer runs on; it frees its memory when it is no longer reachable. Not safe for use by several threads. */
    Session open();

    /**
     * The layer's parameters or their gradients, in float.
     *
     * @param input [nIn, 3 nOut] in 'f' order
     * @param recurrent [nOut, 3 nOut] in 'f' order
     * @param bias [4 nOut]
     */
    record Parameters(INDArray input, INDArray recurrent, INDArray bias) {}

    /**
     * What a layer is run on, in float.
     *
     * @param x [batch, nIn, time]
     * @param mask [batch, time], 0 where the state is held and the output 0, else 1; may be null
     * @param initial state before the first step, [batch, nOut]; null for zeros
     */
    record Sequences(INDArray x, INDArray mask, INDArray initial) {}

    /** Runs one layer. */
    interface Session {
        /**
         * @param output is given the layer's output, [batch, nOut, time]
         * @param training whether a backward pass follows
         */
        Pass forward(Parameters parameters, Sequences sequences, INDArray output, boolean training);
    }

    /** A forward pass; each pass ends the one before. */
    interface Pass {
        /** Whether the session has run nothing since. */
        boolean isLast();

        /** @param target is given the state after the last step, [batch, nOut] */
        void finalState(INDArray target);

        /**
         * Goes back over a pass of training that is the last one; at most once.
         *
         * @param epsilon gradient with respect to the output, [batch, nOut, time]
         * @param gradients are overwritten
         * @param inputGradient is given the gradient with respect to x
         * @param initialGradient is given that with respect to the state before the first step, [batch, nOut]
         */
        void backward(INDArray epsilon, Parameters gradients, INDArray inputGradient, INDArray initialGradient);
    }
}
