package org.steadygrad.engine;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.GRU;

/** Small models, trained by plain gradient descent with a rate of 1 unless said otherwise. */
public final class ContractModels {
    private ContractModels() {}

    /** Recurrent layers. */
    public enum Cell {
        SIMPLE,
        LSTM,
        GRU;

        public Layer units(int units) {
            return switch (this) {
                case SIMPLE -> new SimpleRnn.Builder().nOut(units).build();
                case LSTM -> new LSTM.Builder().nOut(units).build();
                case GRU -> new GRU.Builder().nOut(units).build();
            };
        }
    }

    /** A graph with an input "in" and an output "out". */
    public static GraphBuilder graphOn(InputType input) {
        return graphOn(input, new Sgd(1));
    }

    public static GraphBuilder graphOn(InputType input, IUpdater updater) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(updater)
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(input)
                .setOutputs("out");
    }

    /** Layers one above the other, named l0, l1, ... and "out". */
    public static ComputationGraphConfiguration chain(InputType input, Layer... layers) {
        return chain(graphOn(input), layers).build();
    }

    /** The same on a builder that begins a graph. */
    public static GraphBuilder chain(GraphBuilder builder, Layer... layers) {
        String below = "in";
        for (int i = 0; i < layers.length; i++) {
            String name = i == layers.length - 1 ? "out" : "l" + i;
            builder.addLayer(name, layers[i], below);
            below = name;
        }
        return builder;
    }

    public static DenseLayer dense(int units, Activation activation) {
        return new DenseLayer.Builder().nOut(units).activation(activation).build();
    }

    public static DenseLayer dense(int units) {
        return dense(units, Activation.TANH);
    }

    /** Softmax cross-entropy. */
    public static OutputLayer classes(int count) {
        return output(count, LossFunction.MCXENT, Activation.SOFTMAX);
    }

    public static OutputLayer output(int count, LossFunction loss, Activation activation) {
        return new OutputLayer.Builder(loss).nOut(count).activation(activation).build();
    }

    /** Softmax cross-entropy at every time step. */
    public static RnnOutputLayer stepClasses(int count) {
        return stepOutput(count, LossFunction.MCXENT, Activation.SOFTMAX);
    }

    public static RnnOutputLayer stepOutput(int count, LossFunction loss, Activation activation) {
        return new RnnOutputLayer.Builder(loss)
                .nOut(count)
                .activation(activation)
                .build();
    }

    public static GlobalPoolingLayer pooling(PoolingType type) {
        return new GlobalPoolingLayer.Builder(type).build();
    }
}
