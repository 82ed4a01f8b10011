package org.steadygrad.model;

import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.activations.IActivation;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.MaskAware;
import org.steadygrad.spec.LayerSpec;

/** Turns recurrent layers of a run file into DL4J's, with masks that are right in DL4J's own passes as well. */
final class RecurrentLayers {
    private static final int LSTM_GATES = 4;

    private RecurrentLayers() {}

    /** @param width number of features that the layer reads */
    static Layer of(LayerSpec.Recurrent spec, long width, String who) {
        BaseRecurrentLayer.Builder<?> builder = cell(spec);
        IActivation activation = Activations.of(spec.activation());
        builder.nIn(width);
        builder.nOut(spec.units());
        builder.activation(activation);
        builder.weightInit(inputWeights(spec, activation, width, who));
        builder.weightInitRecurrent(Weights.recurrent(spec.recurrentInit(), activation));
        GraphAssembly.drop(builder, spec.dropout());
        Layer layer = MaskAware.of((Layer) builder.build());
        return switch (spec.direction()) {
            case FORWARD -> layer;
            case CONCAT -> new Bidirectional(Bidirectional.Mode.CONCAT, layer);
            case ADD -> new Bidirectional(Bidirectional.Mode.ADD, layer);
            case MULTIPLY -> new Bidirectional(Bidirectional.Mode.MUL, layer);
            case AVERAGE -> new Bidirectional(Bidirectional.Mode.AVERAGE, layer);
        };
    }

    private static IWeightInit inputWeights(LayerSpec.Recurrent spec, IActivation activation, long width, String who) {
        // the GRU goes gate by gate itself
        return spec instanceof LayerSpec.Gru
                ? Weights.of(spec.init(), activation, width, spec.units(), who)
                : Weights.ofGates(
                        spec.init(),
                        activation,
                        width,
                        spec.units(),
                        spec instanceof LayerSpec.Lstm ? LSTM_GATES : 1,
                        who);
    }

    private static BaseRecurrentLayer.Builder<?> cell(LayerSpec.Recurrent spec) {
        if (spec instanceof LayerSpec.Gru gru) {
            return new GRU.Builder()
                    .gateActivationFunction(Activations.of(gru.gateActivation()))
                    .chronoMaxSteps(gru.chrono());
        }
        if (spec instanceof LayerSpec.Lstm lstm) {
            return new LSTM.Builder()
                    .gateActivationFunction(Activations.of(lstm.gateActivation()))
                    .forgetGateBiasInit(lstm.forgetBias());
        }
        return new SimpleRnn.Builder();
    }
}
