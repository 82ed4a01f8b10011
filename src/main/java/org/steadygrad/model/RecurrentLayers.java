package org.steadygrad.model;

import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.activations.IActivation;
import org.steadygrad.check.Cases;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.MaskAware;
import org.steadygrad.spec.LayerSpec;

/** Turns recurrent layers of a run file into DL4J's, with masks that are right in DL4J's own passes as well. */
final class RecurrentLayers {
    private static final int LSTM_GATES = 4;

    private static final Cases<LayerSpec.Recurrent, BaseRecurrentLayer.Builder<?>> CELLS =
            Cases.<LayerSpec.Recurrent, BaseRecurrentLayer.Builder<?>>of(LayerSpec.Recurrent.class)
                    .on(LayerSpec.Gru.class, gru -> new GRU.Builder()
                            .gateActivationFunction(Activations.of(gru.gateActivation()))
                            .chronoMaxSteps(gru.chrono()))
                    .on(LayerSpec.Lstm.class, lstm -> new LSTM.Builder()
                            .gateActivationFunction(Activations.of(lstm.gateActivation()))
                            .forgetGateBiasInit(lstm.forgetBias()))
                    .on(LayerSpec.Rnn.class, rnn -> new SimpleRnn.Builder())
                    .complete();

    /** Makes the initialiser of a layer's input weights. */
    private interface InputWeights {
        IWeightInit of(IActivation activation, long width, String who);
    }

    private static final Cases<LayerSpec.Recurrent, InputWeights> INPUT_WEIGHTS =
            Cases.<LayerSpec.Recurrent, InputWeights>of(LayerSpec.Recurrent.class)
                    // goes gate by gate itself
                    .on(
                            LayerSpec.Gru.class,
                            gru -> (activation, width, who) ->
                                    Weights.of(gru.init(), activation, width, gru.units(), who))
                    .on(
                            LayerSpec.Lstm.class,
                            lstm -> (activation, width, who) -> gates(lstm, activation, width, LSTM_GATES, who))
                    .on(LayerSpec.Rnn.class, rnn -> (activation, width, who) -> gates(rnn, activation, width, 1, who))
                    .complete();

    private RecurrentLayers() {}

    /** @param width number of features that the layer reads */
    static Layer of(LayerSpec.Recurrent spec, long width, String who) {
        BaseRecurrentLayer.Builder<?> builder = CELLS.of(spec);
        IActivation activation = Activations.of(spec.activation());
        builder.nIn(width);
        builder.nOut(spec.units());
        builder.activation(activation);
        builder.weightInit(INPUT_WEIGHTS.of(spec).of(activation, width, who));
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

    private static IWeightInit gates(
            LayerSpec.Recurrent spec, IActivation activation, long width, int gates, String who) {
        return Weights.ofGates(spec.init(), activation, width, spec.units(), gates, who);
    }
}
