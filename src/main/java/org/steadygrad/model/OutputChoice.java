package org.steadygrad.model;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
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
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.nn.loss.LossHuber;
import org.steadygrad.nn.loss.LossNegativeBinomial;
import org.steadygrad.nn.loss.LossPinball;
import org.steadygrad.nn.loss.LossSigmoid;
import org.steadygrad.nn.loss.LossSoftmax;
import org.steadygrad.spec.ActivationKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.LossSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** Chooses the output layer that fits the data's target. */
final class OutputChoice {
    private static final Set<TargetKind> CLASSES = EnumSet.of(TargetKind.CLASS, TargetKind.CLASS_PER_STEP);
    private static final Set<TargetKind> NUMBERS = EnumSet.of(TargetKind.NUMBERS, TargetKind.NUMBERS_PER_STEP);

    private static final Cases<LossSpec, Set<TargetKind>> TARGETS = Cases.<LossSpec, Set<TargetKind>>of(LossSpec.class)
            .on(LossSpec.Auto.class, loss -> EnumSet.allOf(TargetKind.class))
            .on(LossSpec.SoftmaxCrossEntropy.class, loss -> CLASSES)
            .on(LossSpec.SigmoidCrossEntropy.class, loss -> EnumSet.complementOf(EnumSet.copyOf(NUMBERS)))
            .on(LossSpec.MeanSquaredError.class, loss -> NUMBERS)
            .on(LossSpec.MeanAbsoluteError.class, loss -> NUMBERS)
            .on(LossSpec.Huber.class, loss -> NUMBERS)
            .on(LossSpec.Pinball.class, loss -> NUMBERS)
            .on(LossSpec.NegativeBinomial.class, loss -> NUMBERS)
            .complete();

    private static final Cases<LossSpec, ActivationKind> ACTIVATIONS = Cases.<LossSpec, ActivationKind>of(
                    LossSpec.class)
            .on(LossSpec.Auto.class, loss -> ActivationKind.IDENTITY)
            .on(LossSpec.SoftmaxCrossEntropy.class, loss -> ActivationKind.SOFTMAX)
            .on(LossSpec.SigmoidCrossEntropy.class, loss -> ActivationKind.SIGMOID)
            .on(LossSpec.MeanSquaredError.class, loss -> ActivationKind.IDENTITY)
            .on(LossSpec.MeanAbsoluteError.class, loss -> ActivationKind.IDENTITY)
            .on(LossSpec.Huber.class, loss -> ActivationKind.IDENTITY)
            .on(LossSpec.Pinball.class, loss -> ActivationKind.IDENTITY)
            .on(LossSpec.NegativeBinomial.class, loss -> ActivationKind.IDENTITY)
            .complete();

    /** By the weights of classes. */
    private static final Cases<LossSpec, Function<List<Double>, ILossFunction>> FUNCTIONS =
            Cases.<LossSpec, Function<List<Double>, ILossFunction>>of(LossSpec.class)
                    .on(LossSpec.Auto.class, loss -> weights -> new LossMSE())
                    .on(LossSpec.SoftmaxCrossEntropy.class, loss -> weights -> softmax(loss, weights))
                    .on(LossSpec.SigmoidCrossEntropy.class, loss -> weights -> sigmoid(loss))
                    .on(LossSpec.MeanSquaredError.class, loss -> weights -> new LossMSE())
                    .on(LossSpec.MeanAbsoluteError.class, loss -> weights -> new LossMAE())
                    .on(LossSpec.Huber.class, loss -> weights -> new LossHuber(loss.delta()))
                    .on(LossSpec.Pinball.class, loss -> weights -> new LossPinball(loss.quantiles()))
                    .on(LossSpec.NegativeBinomial.class, loss -> weights -> new LossNegativeBinomial(loss.dispersion()))
                    .complete();

    private OutputChoice() {}

    /**
     * @param width number of features that the layer reads
     * @param classWeights in the order of the data's classes; null when all count alike
     */
    static Layer layer(LayerSpec.Output spec, DataDescription data, long width, List<Double> classWeights, String who) {
        LossSpec loss = spec.loss() instanceof LossSpec.Auto ? suitable(data.target()) : spec.loss();
        if (!TARGETS.of(loss).contains(data.target())) {
            throw InvalidInputException.of(
                    who,
                    "a loss that fits the target " + data.target(),
                    word(loss),
                    "Use " + word(suitable(data.target())) + ", or leave loss out.");
        }
        ILossFunction function = function(loss, classWeights, who);
        BaseOutputLayer.Builder<?> builder =
                data.target().perStep() ? new RnnOutputLayer.Builder(function) : new OutputLayer.Builder(function);
        IActivation activation = Activations.of(ACTIVATIONS.of(loss));
        long outputs = (long) data.targetSize()
                * (loss instanceof LossSpec.Pinball pinball
                        ? pinball.quantiles().size()
                        : 1);
        builder.nIn(width);
        builder.nOut(outputs);
        builder.activation(activation);
        builder.weightInit(Weights.of(spec.init(), activation, width, outputs, who));
        GraphAssembly.drop(builder, spec.dropout());
        return builder.build();
    }

    private static String word(LossSpec loss) {
        return RunFiles.word((Record) loss);
    }

    private static LossSpec suitable(TargetKind target) {
        return switch (target) {
            case CLASS, CLASS_PER_STEP -> LossSpec.softmaxCrossEntropy();
            case KEYS_PER_STEP -> LossSpec.sigmoidCrossEntropy();
            case NUMBERS, NUMBERS_PER_STEP -> LossSpec.meanSquaredError();
        };
    }

    private static ILossFunction function(LossSpec loss, List<Double> classWeights, String who) {
        if (loss instanceof LossSpec.SoftmaxCrossEntropy softmax) {
            if (classWeights == null && !(softmax.classWeights() instanceof LossSpec.ClassWeights.None)) {
                throw InvalidInputException.of(
                        who, "the weights of the data's classes", null, "Build the model with its data (Runs).");
            }
        }
        return FUNCTIONS.of(loss).apply(classWeights);
    }

    /** Plain cross-entropies stay DL4J's, which programs without this toolkit can read. */
    private static ILossFunction softmax(LossSpec.SoftmaxCrossEntropy loss, List<Double> weights) {
        return loss.labelSmoothing() == 0 && loss.focusing() == 0 && weights == null
                ? new LossMCXENT()
                : new LossSoftmax(
                        loss.labelSmoothing(), loss.focusing(), weights, loss.over() == LossSpec.Over.WEIGHTS);
    }

    private static ILossFunction sigmoid(LossSpec.SigmoidCrossEntropy loss) {
        boolean plain = loss.labelSmoothing() == 0
                && loss.focusing() == 0
                && loss.positiveWeight() == 1
                && loss.negativeWeight() == 1;
        return plain
                ? new LossBinaryXENT()
                : new LossSigmoid(loss.labelSmoothing(), loss.focusing(), loss.positiveWeight(), loss.negativeWeight());
    }
}
