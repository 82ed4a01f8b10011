package org.steadygrad.ops;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/**
 * Formulas in double of the losses that DL4J has. DL4J's own are computed in float, which overflow and lose digits where errors are
 * large, and some keep values away from bounds of 1e-5, beyond which the gradient isn't the loss's.
 */
public final class LossFormulas {
    private static final Map<Class<?>, ElementLoss> BY_ELEMENT = Map.ofEntries(
            Map.entry(LossMSE.class, ElementLoss.MEAN_SQUARE),
            Map.entry(LossL2.class, ElementLoss.SQUARE),
            Map.entry(LossMAE.class, ElementLoss.MEAN_MAGNITUDE),
            Map.entry(LossL1.class, ElementLoss.MAGNITUDE),
            Map.entry(LossMAPE.class, ElementLoss.PERCENTAGE),
            Map.entry(LossMSLE.class, ElementLoss.LOGARITHMIC),
            Map.entry(LossPoisson.class, ElementLoss.POISSON),
            Map.entry(LossKLD.class, ElementLoss.DIVERGENCE),
            Map.entry(LossMCXENT.class, ElementLoss.LIKELIHOOD),
            Map.entry(LossNegativeLogLikelihood.class, ElementLoss.LIKELIHOOD),
            Map.entry(LossHinge.class, ElementLoss.HINGE),
            Map.entry(LossSquaredHinge.class, ElementLoss.SQUARED_HINGE),
            Map.entry(LossWasserstein.class, ElementLoss.MEAN_PRODUCT));

    private LossFormulas() {}

    /** @return empty for losses that aren't sums over rows, for DL4J's subclasses and for users' own */
    public static Optional<LossFormula> of(ILossFunction loss, IActivation activation) {
        if (loss instanceof LossByFormula known) {
            return Optional.of(known.formula(activation));
        }
        Class<?> type = loss == null ? null : loss.getClass();
        if (activation instanceof ActivationSoftmax) {
            if (type == LossMCXENT.class || type == LossNegativeLogLikelihood.class) {
                return Optional.of(new SoftmaxCrossEntropy(SoftmaxCrossEntropy.Labels.DENSE));
            }
            if (type == LossSparseMCXENT.class) {
                return Optional.of(new SoftmaxCrossEntropy(SoftmaxCrossEntropy.Labels.SPARSE));
            }
            if (type == LossKLD.class) {
                return Optional.of(new SoftmaxCrossEntropy(SoftmaxCrossEntropy.Labels.DISTRIBUTION));
            }
        }
        if (loss instanceof LossBinaryXENT bits && type == LossBinaryXENT.class) {
            return activation instanceof ActivationSoftmax
                    ? Optional.empty()
                    : Optional.of(
                            activation instanceof ActivationSigmoid
                                    ? new SigmoidCrossEntropy()
                                    : new BinaryCrossEntropy(bits.getClipEps()));
        }
        if (type == LossCosineProximity.class) {
            return Optional.of(new CosineProximity());
        }
        if (type == LossMultiLabel.class) {
            return Optional.of(new MultiLabel());
        }
        if (type == LossMixtureDensity.class) {
            LossMixtureDensity density = (LossMixtureDensity) loss;
            return Optional.of(new MixtureDensity(density.getNMixtures(), density.getLabelWidth()));
        }
        return Optional.ofNullable(type == null ? null : BY_ELEMENT.get(type));
    }

    /** Whether a loss is a sum or mean of magnitudes of differences, of large ones at least. */
    public static boolean ofMagnitudes(LossFormula formula) {
        return formula == ElementLoss.MAGNITUDE
                || formula == ElementLoss.MEAN_MAGNITUDE
                || formula instanceof HuberLoss;
    }

    /**
     * Cross-entropy of a softmax with its variants; see {@link org.nd4j.linalg.activations.impl.ActivationSoftmax} for p.
     *
     * @param smoothing share of the labels that is spread over all classes, from 0, below 1
     * @param focusing gamma of the focal loss, at least 0
     */
    public static LossFormula softmax(double smoothing, double focusing) {
        return new SoftmaxLoss(smoothing, focusing);
    }

    /**
     * Cross-entropy of sigmoids with its variants.
     *
     * @param smoothing share of the labels that is spread over on and off, from 0, below 1
     * @param focusing gamma of the focal loss, at least 0
     * @param positive what the terms of outputs that should be on are multiplied by
     * @param negative what those of others are multiplied by
     */
    public static LossFormula sigmoid(double smoothing, double focusing, double positive, double negative) {
        return new SigmoidLoss(smoothing, focusing, positive, negative);
    }

    /** The Huber loss. @param delta error from which on it is linear, above 0 */
    public static LossFormula huber(double delta) {
        return new HuberLoss(delta);
    }

    /** The pinball loss. @param quantiles between 0 and 1 */
    public static LossFormula pinball(List<Double> quantiles) {
        return new PinballLoss(quantiles);
    }

    /** The likelihood of counts. @param dispersion r of a variance of {@code mean + mean^2 / r}, above 0 */
    public static LossFormula negativeBinomial(double dispersion) {
        return new NegativeBinomialLoss(dispersion);
    }

    /** By output, what a loss multiplies its terms by; null when all count alike. */
    public static double[] weights(ILossFunction loss) {
        if (loss instanceof LossByFormula known) {
            return known.outputWeights();
        }
        INDArray weights = null;
        if (loss instanceof LossMCXENT classes) {
            weights = classes.getWeights();
        } else if (loss instanceof LossBinaryXENT bits) {
            weights = bits.getWeights();
        } else if (loss instanceof LossL2 squares) {
            weights = squares.getWeights();
        } else if (loss instanceof LossL1 magnitudes) {
            weights = magnitudes.getWeights();
        } else if (loss instanceof LossMAPE percentages) {
            weights = percentages.getWeights();
        } else if (loss instanceof LossMSLE logarithms) {
            weights = logarithms.getWeights();
        }
        return weights == null ? null : weights.dup('c').data().asDouble();
    }
}
