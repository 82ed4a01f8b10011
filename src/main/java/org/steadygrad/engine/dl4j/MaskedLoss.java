package org.steadygrad.engine.dl4j;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossUtil;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * One of DL4J's losses with its mask's numbers as weights. DL4J multiplies the gradient of a masked output by the mask
 * twice, squares the weights of a squared hinge, and lets NaN through where the mask is 0.
 */
final class MaskedLoss implements WeightedLoss {
    private static final long serialVersionUID = 1L;

    /** Where all of DL4J's losses and activation functions are finite. */
    private static final double TAME_INPUT = 0.5;

    private static final double TAME_LABEL = 1;

    private final ILossFunction loss;

    /** In place of masks; null for masks as they come. */
    private transient INDArray given;

    MaskedLoss(ILossFunction loss) {
        this.loss = loss;
    }

    @Override
    public void weigh(INDArray weights) {
        given = weights;
    }

    /** Multiplies what comes back by the mask, once. */
    private record Weighted(IActivation function, INDArray mask) implements IActivation {
        private static final long serialVersionUID = 1L;

        @Override
        public INDArray getActivation(INDArray in, boolean training) {
            return function.getActivation(in, training);
        }

        @Override
        public Pair<INDArray, INDArray> backprop(INDArray in, INDArray gradient) {
            LossUtil.applyMask(gradient, mask);
            return function.backprop(in, gradient);
        }

        @Override
        public int numParams(int inputSize) {
            return function.numParams(inputSize);
        }
    }

    @Override
    public double computeScore(
            INDArray labels, INDArray input, IActivation activation, INDArray seen, boolean average) {
        INDArray mask = given == null ? seen : given;
        INDArray by = mask != null && loss instanceof LossSquaredHinge ? Transforms.sqrt(mask, true) : mask;
        INDArray y = tame(labels, mask, true, TAME_LABEL);
        return loss.computeScore(y, tameInput(input, activation, mask), activation, by, average);
    }

    @Override
    public INDArray computeScoreArray(INDArray labels, INDArray input, IActivation activation, INDArray seen) {
        INDArray mask = given == null ? seen : given;
        INDArray by = mask != null && loss instanceof LossSquaredHinge ? Transforms.sqrt(mask, true) : mask;
        INDArray y = tame(labels, mask, true, TAME_LABEL);
        return loss.computeScoreArray(y, tameInput(input, activation, mask), activation, by);
    }

    @Override
    public INDArray computeGradient(INDArray labels, INDArray input, IActivation activation, INDArray seen) {
        INDArray mask = given == null ? seen : given;
        IActivation function = mask == null ? activation : new Weighted(activation, mask);
        INDArray y = tame(labels, mask, true, TAME_LABEL);
        return loss.computeGradient(y, tameInput(input, activation, mask), function, null);
    }

    private static INDArray tameInput(INDArray input, IActivation activation, INDArray mask) {
        return tame(input, mask, !(activation instanceof ActivationSoftmax), TAME_INPUT);
    }

    /**
     * A copy, since some of DL4J's losses work in place.
     *
     * @param elements whether single elements of a row may be replaced, or only the whole
     */
    private static INDArray tame(INDArray array, INDArray mask, boolean elements, double value) {
        boolean byElement = mask != null && mask.length() != array.size(0);
        if (mask == null || (byElement && !elements)) {
            return array.dup();
        }
        double[] values = array.dup('c').data().asDouble();
        double[] weights = mask.dup('c').data().asDouble();
        int width = values.length / weights.length;
        for (int i = 0; i < values.length; i++) {
            values[i] = weights[i / width] == 0 ? value : values[i];
        }
        return Nd4j.createFromArray(values).reshape('c', array.shape()).castTo(array.dataType());
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray input, IActivation activation, INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, input, activation, mask, average),
                computeGradient(labels, input, activation, mask));
    }

    @Override
    public String name() {
        return loss.name();
    }
}
