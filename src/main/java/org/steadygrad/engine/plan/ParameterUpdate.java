package org.steadygrad.engine.plan;

import java.util.List;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.steadygrad.check.Check;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.nn.TorchUpdater.Factors;
import org.steadygrad.ops.ParameterBlock;

/**
 * How one parameter is updated, and where its states lie in DL4J's flat state vector. DL4J lets neighbouring parameters
 * of equal configuration share a stretch of that vector: first the first state of them all, then the second of them all.
 *
 * @param block the parameter
 * @param kind formula
 * @param updater configuration of it, schedules included
 * @param penalties L1, L2 and weight decay, in DL4J's order; empty if there are none
 * @param stateOffset first element of the parameter's first state in the flat state vector
 * @param stateStride from one state of an element to its next state
 */
public record ParameterUpdate(
        ParameterBlock block,
        UpdaterKind kind,
        IUpdater updater,
        List<Regularization> penalties,
        long stateOffset,
        long stateStride) {

    private static final double WITHOUT_RATE = 1;

    /** What keeps ND4J's AdaMax from dividing by 0; its epsilon stands in for a rate of zero only. */
    private static final double ND4J_ADA_MAX = 1e-32;

    public ParameterUpdate {
        Check.notNull(block, "ParameterUpdate", "block");
        Check.notNull(kind, "ParameterUpdate", "kind");
        penalties = List.copyOf(penalties);
        Check.nonNegative(stateOffset, "ParameterUpdate", "stateOffset");
        Check.nonNegative(stateStride, "ParameterUpdate", "stateStride");
    }

    /** First element in the flat parameter vector. */
    public long offset() {
        return block.offset();
    }

    /** Number of elements. */
    public long length() {
        return block.length();
    }

    /** @param state its number, below {@link UpdaterKind#states()} */
    public long stateOffset(int state) {
        return stateOffset + state * stateStride;
    }

    /**
     * @param iteration number of updates so far
     * @param epoch number of full passes over the data so far
     */
    public UpdateNumbers at(int iteration, int epoch) {
        double learningRate = updater.hasLearningRate() ? updater.getLearningRate(iteration, epoch) : WITHOUT_RATE;
        double l1 = 0;
        double l2 = 0;
        double decay = 0;
        for (Regularization penalty : penalties) {
            if (penalty instanceof L1Regularization first) {
                l1 += first.getL1().valueAt(iteration, epoch);
            } else if (penalty instanceof L2Regularization second) {
                l2 += second.getL2().valueAt(iteration, epoch);
            } else if (penalty instanceof WeightDecay weights) {
                double factor = weights.isApplyLR() ? learningRate : 1;
                decay += factor * weights.getCoeff().valueAt(iteration, epoch);
            }
        }
        double a = firstDecay(iteration, epoch);
        double b = secondDecay();
        Factors factors = updater instanceof TorchUpdater torch
                ? torch.factors(iteration, epoch)
                : nd4j(learningRate, a, b, iteration);
        return new UpdateNumbers(factors.rate(), factors.gradientRate(), a, b, factors.epsilon(), l1, l2, decay);
    }

    private Factors nd4j(double learningRate, double a, double b, int iteration) {
        double epsilon = epsilon();
        double first = 1 - Math.pow(a, iteration + 1.0);
        return switch (kind) {
            case ADAM, AMS_GRAD -> {
                double rate = learningRate * Math.sqrt(1 - Math.pow(b, iteration + 1.0)) / first;
                yield new Factors(orEpsilon(rate, epsilon), 0, epsilon);
            }
            case NADAM -> new Factors(learningRate * a / first, learningRate * (1 - a) / first, epsilon);
            case ADA_MAX -> new Factors(orEpsilon(learningRate / first, epsilon), 0, ND4J_ADA_MAX);
            default -> new Factors(learningRate, 0, epsilon);
        };
    }

    /** ND4J takes epsilon for a rate of zero. It does so for one that isn't finite, too, which here has to show. */
    private static double orEpsilon(double rate, double epsilon) {
        return rate == 0 ? epsilon : rate;
    }

    private double firstDecay(int iteration, int epoch) {
        if (updater instanceof TorchUpdater torch) {
            return torch.firstDecay();
        }
        if (updater instanceof Nesterovs nesterovs) {
            return nesterovs.currentMomentum(iteration, epoch);
        }
        if (updater instanceof Adam adam) {
            return adam.getBeta1();
        }
        if (updater instanceof AMSGrad amsGrad) {
            return amsGrad.getBeta1();
        }
        if (updater instanceof Nadam nadam) {
            return nadam.getBeta1();
        }
        if (updater instanceof AdaMax adaMax) {
            return adaMax.getBeta1();
        }
        if (updater instanceof RmsProp rmsProp) {
            return rmsProp.getRmsDecay();
        }
        return updater instanceof AdaDelta adaDelta ? adaDelta.getRho() : 0;
    }

    private double secondDecay() {
        if (updater instanceof TorchUpdater torch) {
            return torch.secondDecay();
        }
        if (updater instanceof Adam adam) {
            return adam.getBeta2();
        }
        if (updater instanceof AMSGrad amsGrad) {
            return amsGrad.getBeta2();
        }
        if (updater instanceof AdaMax adaMax) {
            return adaMax.getBeta2();
        }
        return updater instanceof Nadam nadam ? nadam.getBeta2() : 0;
    }

    private double epsilon() {
        if (updater instanceof Adam adam) {
            return adam.getEpsilon();
        }
        if (updater instanceof AMSGrad amsGrad) {
            return amsGrad.getEpsilon();
        }
        if (updater instanceof Nadam nadam) {
            return nadam.getEpsilon();
        }
        if (updater instanceof AdaMax adaMax) {
            return adaMax.getEpsilon();
        }
        if (updater instanceof RmsProp rmsProp) {
            return rmsProp.getEpsilon();
        }
        if (updater instanceof AdaGrad adaGrad) {
            return adaGrad.getEpsilon();
        }
        return updater instanceof AdaDelta adaDelta ? adaDelta.getEpsilon() : 0;
    }
}
