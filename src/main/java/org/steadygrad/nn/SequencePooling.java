package org.steadygrad.nn;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeRecurrent;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * DL4J's pooling over time, [batch, features, time] to [batch, features], that says so: DL4J 1.0.0-M2.1 computes the same but
 * declares its output a sequence, so that layers above are set up for sequences and graphs with a vertex that adds or merges
 * are refused ("cannot process activations of different types"). Masked steps are left out, as in DL4J; what an example without any
 * step yields is 0, where DL4J's average is NaN.
 */
public final class SequencePooling extends GlobalPoolingLayer {
    private static final long serialVersionUID = 1L;

    /** For reading from JSON. */
    public SequencePooling() {}

    /** @param type over the time steps that are present */
    public SequencePooling(PoolingType type) {
        super(type);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        SequencePoolingLayer layer = new SequencePoolingLayer(conf, networkDataType);
        layer.setListeners(trainingListeners);
        layer.setIndex(layerIndex);
        layer.setParamsViewArray(layerParamsView);
        layer.setParamTable(initializer().init(conf, layerParamsView, initializeParams));
        layer.setConf(conf);
        return layer;
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
