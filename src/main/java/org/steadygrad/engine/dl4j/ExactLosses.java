package org.steadygrad.engine.dl4j;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/** Takes the place of DL4J's losses in the engine's own copy of a model, where these are wrong; models keep theirs. */
final class ExactLosses {
    private ExactLosses() {}

    /** @param graph belongs to an engine; has not run yet */
    static void install(ComputationGraph graph) {
        for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
            if (RecurrentProfile.innermost(layer).conf().getLayer() instanceof FeedForwardLayer configured) {
                change(configured, loss -> exact(configured.getLayerName(), loss, configured.getActivationFn()));
            }
        }
    }

    /** Why the loss of a model can't be right; empty where it can. */
    static Optional<String> unsupported(ComputationGraph graph) {
        for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
            if (RecurrentProfile.innermost(layer).conf().getLayer() instanceof FeedForwardLayer configured) {
                Optional<String> reason = wrong(configured, of(configured));
                if (reason.isPresent()) {
                    return reason;
                }
            }
        }
        return Optional.empty();
    }

    /** The loss of an output layer; null where a layer has none. */
    static ILossFunction of(org.deeplearning4j.nn.conf.layers.Layer layer) {
        ILossFunction[] found = {null};
        if (layer instanceof FeedForwardLayer configured) {
            change(configured, loss -> found[0] = loss);
        }
        return found[0];
    }

    private static Optional<String> wrong(FeedForwardLayer layer, ILossFunction loss) {
        if (loss instanceof LossFMeasure) {
            return Optional.of("LossFMeasure (layer " + layer.getLayerName()
                    + ") isn't a sum over examples: DL4J divides its gradient by the size of the minibatch, but not the loss."
                    + " Use a cross-entropy.");
        }
        if (loss instanceof LossBinaryXENT && layer.getActivationFn() instanceof ActivationSoftmax) {
            return Optional.of("LossBinaryXENT of a softmax (layer " + layer.getLayerName()
                    + "): DL4J's gradient is that of another loss than its score. Use LossMCXENT, or a sigmoid.");
        }
        return Optional.empty();
    }

    private static void change(FeedForwardLayer layer, UnaryOperator<ILossFunction> change) {
        if (layer instanceof BaseOutputLayer output) {
            output.setLossFn(change.apply(output.getLossFn()));
        } else if (layer instanceof LossLayer alone) {
            alone.setLossFn(change.apply(alone.getLossFn()));
        } else if (layer instanceof RnnLossLayer steps) {
            steps.setLossFn(change.apply(steps.getLossFn()));
        } else if (layer instanceof CnnLossLayer image) {
            image.setLossFn(change.apply(image.getLossFn()));
        } else if (layer instanceof Cnn3DLossLayer volume) {
            volume.setLossFn(change.apply(volume.getLossFn()));
        }
    }

    private static ILossFunction exact(String layer, ILossFunction loss, IActivation activation) {
        Optional<LossFormula> formula = LossFormulas.of(loss, activation);
        return formula.isPresent() ? new ExactLoss(layer, formula.get(), LossFormulas.weights(loss)) : loss;
    }
}
