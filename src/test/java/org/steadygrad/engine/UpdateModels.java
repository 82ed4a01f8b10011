package org.steadygrad.engine;

import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Models for their parameters only: nothing is ever sent through them. */
public final class UpdateModels {
    private UpdateModels() {}

    /** Layers one after the other, the last one an output layer. */
    public static Function<DataType, ComputationGraphConfiguration> chain(IUpdater updater, Layer... layers) {
        return type -> {
            GraphBuilder builder = new NeuralNetConfiguration.Builder()
                    .dataType(type)
                    .updater(updater)
                    .graphBuilder()
                    .addInputs("in");
            String previous = "in";
            for (int i = 0; i < layers.length; i++) {
                String name = "layer" + i;
                builder.addLayer(name, layers[i].clone(), previous);
                previous = name;
            }
            return builder.setOutputs(previous).build();
        };
    }

    public static DenseLayer.Builder dense(int inputs, int units) {
        return new DenseLayer.Builder().nIn(inputs).nOut(units).activation(Activation.TANH);
    }

    public static OutputLayer.Builder output(int inputs, int units) {
        return new OutputLayer.Builder(LossFunction.MSE).nIn(inputs).nOut(units).activation(Activation.IDENTITY);
    }

    /** One weight matrix of {@code size} elements and nothing else. */
    public static Function<DataType, ComputationGraphConfiguration> single(IUpdater updater, int size) {
        int units = size % 10 == 0 ? 10 : 1;
        return chain(updater, output(size / units, units).hasBias(false).build());
    }

    /** 136 341 parameters, whose blocks begin at odd places. */
    public static Function<DataType, ComputationGraphConfiguration> large() {
        return chain(new Adam(0.01), dense(333, 401).build(), output(401, 7).build());
    }
}
