package org.steadygrad.nn;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/**
 * DL4J's pooling over time, [batch, features, time] to [batch, features], that says so: DL4J 1.0.0-M2.1 computes the same but
 * declares its output a sequence, so that layers above are set up for sequences and graphs with a vertex that adds or merges
 * are refused ("cannot process activations of different types"). Masked steps are left out, as in DL4J.
 */
public final class SequencePooling extends GlobalPoolingLayer {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public SequencePooling() {}

    public SequencePooling(PoolingType type) {
        super(type);
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return inputType instanceof InputTypeRecurrent sequence && isCollapseDimensions()
                ? InputType.feedForward(sequence.getSize())
                : super.getOutputType(layerIndex, inputType);
    }

    @Override
    public SequencePooling clone() {
        return (SequencePooling) super.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SequencePooling && super.equals(other);
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof SequencePooling;
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
