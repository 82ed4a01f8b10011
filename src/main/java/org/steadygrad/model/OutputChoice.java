package org.steadygrad.model;

import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LayerSpec.Loss;

/** Chooses the output layer that fits the data's target. */
final class OutputChoice {
    private OutputChoice() {}

    /** @param width number of features that the layer reads */
    static Layer layer(LayerSpec.Output spec, DataDescription data, long width, String who) {
        Loss loss = spec.loss() == Loss.AUTO ? suitable(data.target()) : spec.loss();
        if (!fits(loss, data.target())) {
            throw InvalidInputException.of(
                    who,
                    "a loss that fits the target " + data.target(),
                    loss,
                    "Use " + suitable(data.target()) + ", or leave loss out.");
        }
        ILossFunction function = function(loss);
        BaseOutputLayer.Builder<?> builder =
                data.target().perStep() ? new RnnOutputLayer.Builder(function) : new OutputLayer.Builder(function);
        IActivation activation = Activations.of(activation(loss));
        builder.nIn(width);
        builder.nOut(data.targetSize());
        builder.activation(activation);
        builder.weightInit(Weights.of(spec.init(), activation, width, data.targetSize(), who));
        GraphAssembly.drop(builder, spec.dropout());
        return builder.build();
    }

    private static Loss suitable(TargetKind target) {
        return switch (target) {
            case CLASS, CLASS_PER_STEP -> Loss.SOFTMAX_CROSS_ENTROPY;
            case KEYS_PER_STEP -> Loss.SIGMOID_CROSS_ENTROPY;
            case NUMBERS, NUMBERS_PER_STEP -> Loss.MEAN_SQUARED_ERROR;
        };
    }

    private static boolean fits(Loss loss, TargetKind target) {
        return switch (loss) {
            case AUTO -> true;
            case SOFTMAX_CROSS_ENTROPY -> target == TargetKind.CLASS || target == TargetKind.CLASS_PER_STEP;
            case SIGMOID_CROSS_ENTROPY -> target != TargetKind.NUMBERS && target != TargetKind.NUMBERS_PER_STEP;
            case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR ->
                target == TargetKind.NUMBERS || target == TargetKind.NUMBERS_PER_STEP;
        };
    }

    private static ActivationKind activation(Loss loss) {
        return switch (loss) {
            case SOFTMAX_CROSS_ENTROPY -> ActivationKind.SOFTMAX;
            case SIGMOID_CROSS_ENTROPY -> ActivationKind.SIGMOID;
            default -> ActivationKind.IDENTITY;
        };
    }

    private static ILossFunction function(Loss loss) {
        return switch (loss) {
            case SIGMOID_CROSS_ENTROPY -> new LossBinaryXENT();
            case MEAN_SQUARED_ERROR -> new LossMSE();
            case MEAN_ABSOLUTE_ERROR -> new LossMAE();
            default -> new LossMCXENT();
        };
    }
}
