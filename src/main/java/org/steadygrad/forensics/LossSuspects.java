package org.steadygrad.forensics;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;

/** Looks at the loss where all activations are finite. */
final class LossSuspects {
    private final Scene scene;
    private final String output;

    LossSuspects(Scene scene) {
        this.scene = scene;
        output = scene.pass().graph().getConfiguration().getNetworkOutputs().get(0);
    }

    /** Whether a layer puts out what the loss is taken of, or is read by the one that does. */
    boolean concerns(String layer) {
        return scene.pass().withReaders(layer).contains(output);
    }

    Optional<Cause> look() {
        INDArray result = scene.pass().activations().get(output);
        INDArray labels = scene.pass().labels();
        if (result == null || result.rank() != labels.rank() || result.length() != labels.length()) {
            return Optional.empty();
        }
        double[] outputs = Tensors.doubles(result);
        double[] wanted = Tensors.doubles(labels);
        double[] counting = Tensors.doubles(scene.pass().counting());
        int perExample = (int) (labels.length() / labels.size(0));
        int steps = labels.rank() == 3 ? (int) labels.size(2) : 1;
        ILossFunction loss = function();
        boolean byLogits = byLogits(loss);
        int farthest = 0;
        double squares = 0;
        for (int i = 0; i < outputs.length; i++) {
            if (i % steps < scene.firstTimeStep() || counting[i] == 0) {
                continue;
            }
            if (!byLogits && undefined(loss, (float) outputs[i], wanted[i])) {
                return Optional.of(logarithm(i / perExample, i % perExample / steps, outputs[i], wanted[i]));
            }
            squares += distance(outputs, wanted, i) * distance(outputs, wanted, i);
            farthest = distance(outputs, wanted, i) > distance(outputs, wanted, farthest) ? i : farthest;
        }
        double error = distance(outputs, wanted, farthest);
        return squares > scene.limit() ? Optional.of(square(farthest / perExample, error)) : Optional.empty();
    }

    private static double distance(double[] outputs, double[] wanted, int i) {
        return Math.abs(outputs[i] - wanted[i]);
    }

    private ILossFunction function() {
        Layer layer = scene.pass().outputLayer();
        if (layer instanceof BaseOutputLayer full) {
            return full.getLossFn();
        }
        return layer instanceof LossLayer plain
                ? plain.getLossFn()
                : layer instanceof RnnLossLayer steps ? steps.getLossFn() : null;
    }

    /** Whether engines compute the loss from the logits, so that it takes no logarithm of a probability. */
    private boolean byLogits(ILossFunction loss) {
        Layer layer = scene.pass().outputLayer();
        IActivation function = layer instanceof FeedForwardLayer known ? known.getActivationFn() : null;
        return function instanceof ActivationSoftmax
                || (loss instanceof LossBinaryXENT && function instanceof ActivationSigmoid);
    }

    /** Whether a loss takes the logarithm of what is 0 or less in the precision of the engine. */
    private static boolean undefined(ILossFunction loss, float output, double label) {
        boolean zero = output < Float.MIN_NORMAL;
        if (loss instanceof LossBinaryXENT) {
            return (label > 0 && zero) || (label < 1 && output >= 1);
        }
        if (loss instanceof LossMSLE) {
            return output <= -1;
        }
        return label > 0
                && zero
                && (loss instanceof LossMCXENT || loss instanceof LossKLD || loss instanceof LossPoisson);
    }

    private Cause logarithm(int example, int row, double value, double label) {
        return new Cause(
                Cause.Kind.LOG_OF_ZERO,
                "All activations are finite, but the loss takes the logarithm of 0 or less: output " + row + " of "
                        + output
                        + " is " + Words.number(value) + " where the label is " + Words.number(label) + ", in "
                        + scene.example().apply(example) + ".",
                Map.of("example", (double) example, "output", value, "label", label));
    }

    private Cause square(int example, double error) {
        return new Cause(
                Cause.Kind.PRODUCT_OVERFLOW,
                "All activations are finite, but the squares of errors of up to " + Words.number(error)
                        + " in the loss exceed the " + Words.number(scene.limit())
                        + " that the engine's numbers can hold, in "
                        + scene.example().apply(example) + ".",
                Map.of("example", (double) example, "error", error));
    }
}
