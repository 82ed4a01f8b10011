package org.steadygrad.nn;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonAutoDetect;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;

/**
 * Adaptive update rules as PyTorch computes them, for anyone's DL4J model. They differ from ND4J's own where gradients
 * are small or training is young: epsilon is added to the root of the second moment after its bias is corrected, and
 * running means and sums of squares start at 0. With gradient {@code g}, rate {@code r}, decays {@code a} and
 * {@code b}, epsilon {@code e}, and {@code t} counted from 1, what is subtracted from a parameter is
 *
 * <pre>
 *     ADAM:      m' = a m + (1 - a) g,  v' = b v + (1 - b) g^2,  u = r m' / (1 - a^t) / (sqrt(v' / (1 - b^t)) + e)
 *     AMS_GRAD:  the same, but h' = max(h, v') stands under the root
 *     NADAM:     u = r (c (t+1) m' / (1 - p c(t+1)) + (1 - c(t)) g / (1 - p)) / (sqrt(v' / (1 - b^t)) + e),
 *                c(t) = a (1 - 0.96^(0.004 t) / 2),  p = c(1) ... c(t)
 *     RMS_PROP:  s' = a s + (1 - a) g^2,  u = r g / (sqrt(s') + e)
 *     ADA_GRAD:  s' = s + g^2,  u = r g / (sqrt(s') + e)
 *     ADA_MAX:   m' = a m + (1 - a) g,  h' = max(b h, |g| + e),  u = r m' / (1 - a^t) / h'
 * </pre>
 *
 * (Kingma and Ba 2015; Reddi et al. 2018; Dozat 2016; Tieleman and Hinton 2012; Duchi et al. 2011.
 * AdaMax is Kingma and Ba's as well.) ND4J's corrections of
 * bias, which multiply the rate, leave Adam's {@code e} as large as {@code e / sqrt(1 - b^t)} is here, 32 times as much
 * in the first step. The states are laid out as those of ND4J's rule of the same name. It is part of a model's JSON.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE,
        setterVisibility = JsonAutoDetect.Visibility.NONE)
public final class TorchUpdater implements IUpdater {
    private static final long serialVersionUID = 1L;
    private static final String WHO = "TorchUpdater";

    /** How fast Nadam's momentum reaches its full size; PyTorch's default. */
    private static final double MOMENTUM_DECAY = 0.004;

    /** A product of momenta below this changes no double that it is taken from 1 in. */
    private static final double NEGLIGIBLE = 1e-18;

    /** The rule. */
    public enum Method {
        /** Kingma and Ba 2015. */
        ADAM(2),
        /** Reddi et al. 2018. */
        AMS_GRAD(3),
        /** Dozat 2016. */
        NADAM(2),
        /** Tieleman and Hinton 2012. */
        RMS_PROP(1),
        /** Duchi et al. 2011. */
        ADA_GRAD(1),
        /** Kingma and Ba 2015, section 7. */
        ADA_MAX(2);

        private final int states;

        Method(int states) {
            this.states = states;
        }

        /** Numbers kept per parameter. */
        public int states() {
            return states;
        }
    }

    /**
     * What one step takes: with {@code d = sqrt(second moment) + epsilon}, whose bias isn't corrected, or AdaMax' largest
     * magnitude,
     * {@code u = rate * (first moment, or the gradient where a rule has none) / d + gradientRate * gradient / d}.
     *
     * @param rate learning rate with the corrections of both biases
     * @param gradientRate Nadam's share of the gradient itself; 0 for others
     * @param epsilon times the correction of the second bias
     */
    public record Factors(double rate, double gradientRate, double epsilon) {}

    private final Method method;
    private double learningRate;
    private ISchedule schedule;
    private final double firstDecay;
    private final double secondDecay;
    private final double epsilon;

    TorchUpdater(
            @JsonProperty("method") Method method,
            @JsonProperty("learningRate") double learningRate,
            @JsonProperty("schedule") ISchedule schedule,
            @JsonProperty("firstDecay") double firstDecay,
            @JsonProperty("secondDecay") double secondDecay,
            @JsonProperty("epsilon") double epsilon) {
        this.method = Check.notNull(method, WHO, "method");
        this.learningRate = learningRate;
        this.schedule = schedule;
        this.firstDecay = Check.inHalfOpen(firstDecay, 0, 1, WHO, "firstDecay");
        this.secondDecay = Check.inHalfOpen(secondDecay, 0, 1, WHO, "secondDecay");
        this.epsilon = Check.nonNegative(epsilon, WHO, "epsilon");
    }

    /** Adam with bias corrected moments; beta1 and beta2 are the decays of both. */
    public static TorchUpdater adam(double learningRate, double beta1, double beta2, double epsilon) {
        return new TorchUpdater(Method.ADAM, learningRate, null, beta1, beta2, epsilon);
    }

    /** Adam that divides by the largest second moment so far. */
    public static TorchUpdater amsGrad(double learningRate, double beta1, double beta2, double epsilon) {
        return new TorchUpdater(Method.AMS_GRAD, learningRate, null, beta1, beta2, epsilon);
    }

    /** Adam with Nesterov's momentum. */
    public static TorchUpdater nadam(double learningRate, double beta1, double beta2, double epsilon) {
        return new TorchUpdater(Method.NADAM, learningRate, null, beta1, beta2, epsilon);
    }

    /** @param decay of the mean square, PyTorch's alpha */
    public static TorchUpdater rmsProp(double learningRate, double decay, double epsilon) {
        return new TorchUpdater(Method.RMS_PROP, learningRate, null, decay, 0, epsilon);
    }

    /** Divides by the root of the sum of all squares so far, which starts at 0. */
    public static TorchUpdater adaGrad(double learningRate, double epsilon) {
        return new TorchUpdater(Method.ADA_GRAD, learningRate, null, 0, 0, epsilon);
    }

    /** @param beta2 decay of the largest magnitude */
    public static TorchUpdater adaMax(double learningRate, double beta1, double beta2, double epsilon) {
        return new TorchUpdater(Method.ADA_MAX, learningRate, null, beta1, beta2, epsilon);
    }

    /** Which of the rules this is. */
    public Method method() {
        return method;
    }

    /** Decay of the first moment; of the mean square for {@link Method#RMS_PROP}. */
    public double firstDecay() {
        return firstDecay;
    }

    /** Decay of the second moment; of the largest magnitude for {@link Method#ADA_MAX}. */
    public double secondDecay() {
        return secondDecay;
    }

    /**
     * @param iteration number of updates so far
     * @param epoch number of full passes over the data so far
     */
    public Factors factors(int iteration, int epoch) {
        double rate = getLearningRate(iteration, epoch);
        double step = iteration + 1.0;
        double root = Math.sqrt(1 - Math.pow(secondDecay, step));
        return switch (method) {
            case ADAM, AMS_GRAD -> new Factors(rate * root / (1 - Math.pow(firstDecay, step)), 0, epsilon * root);
            case NADAM -> nadam(rate * root, iteration + 1L, epsilon * root);
            case RMS_PROP, ADA_GRAD -> new Factors(rate, 0, epsilon);
            case ADA_MAX -> new Factors(rate / (1 - Math.pow(firstDecay, step)), 0, epsilon);
        };
    }

    private Factors nadam(double rate, long step, double correctedEpsilon) {
        double product = 1;
        for (long t = 1; t <= step && product > NEGLIGIBLE; t++) {
            product *= momentum(t);
        }
        double next = momentum(step + 1);
        return new Factors(
                rate * next / (1 - product * next), rate * (1 - momentum(step)) / (1 - product), correctedEpsilon);
    }

    private double momentum(long step) {
        return firstDecay * (1 - 0.5 * Math.pow(0.96, step * MOMENTUM_DECAY));
    }

    @Override
    public long stateSize(long numParams) {
        return method.states * numParams;
    }

    @Override
    public GradientUpdater<TorchUpdater> instantiate(INDArray viewArray, boolean initializeViewArray) {
        TorchGradientUpdater updater = new TorchGradientUpdater(this);
        updater.setStateViewArray(viewArray, viewArray.shape(), viewArray.ordering(), initializeViewArray);
        return updater;
    }

    @Override
    public GradientUpdater<TorchUpdater> instantiate(Map<String, INDArray> initState, boolean initializeStatesInPlace) {
        TorchGradientUpdater updater = new TorchGradientUpdater(this);
        updater.setState(initState, initializeStatesInPlace);
        return updater;
    }

    @Override
    public double getLearningRate(int iteration, int epoch) {
        return schedule == null ? learningRate : schedule.valueAt(iteration, epoch);
    }

    /** What takes the place of the learning rate; empty where that is constant. */
    public Optional<ISchedule> schedule() {
        return Optional.ofNullable(schedule);
    }

    @Override
    public boolean hasLearningRate() {
        return true;
    }

    /** @param lrSchedule takes the place of the learning rate; none if null */
    @Override
    public void setLrAndSchedule(double lr, ISchedule lrSchedule) {
        learningRate = lr;
        schedule = lrSchedule;
    }

    @Override
    public TorchUpdater clone() {
        ISchedule copy = schedule == null ? null : schedule.clone();
        return new TorchUpdater(method, learningRate, copy, firstDecay, secondDecay, epsilon);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TorchUpdater that
                && method == that.method
                && learningRate == that.learningRate
                && Objects.equals(schedule, that.schedule)
                && firstDecay == that.firstDecay
                && secondDecay == that.secondDecay
                && epsilon == that.epsilon;
    }

    @Override
    public int hashCode() {
        return Objects.hash(method, learningRate, schedule, firstDecay, secondDecay, epsilon);
    }

    @Override
    public String toString() {
        return "TorchUpdater(" + method + ", rate=" + (schedule == null ? learningRate : schedule) + ", decays="
                + firstDecay + " " + secondDecay + ", epsilon=" + epsilon + ")";
    }
}
