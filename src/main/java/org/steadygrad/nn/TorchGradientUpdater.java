package org.steadygrad.nn;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.updaters.AdaGradUpdater;
import org.nd4j.linalg.api.ops.impl.updaters.AdamUpdater;
import org.nd4j.linalg.api.ops.impl.updaters.AmsGradUpdater;
import org.nd4j.linalg.api.ops.impl.updaters.RmsPropUpdater;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.nn.TorchUpdater.Factors;
import org.steadygrad.nn.TorchUpdater.Method;

/**
 * Runs a {@link TorchUpdater} inside a DL4J network, with ND4J's operations. Those of Adam and AMSGrad correct biases
 * themselves, in float; at their last iteration their corrections are 1, and {@link Factors} has the right ones.
 */
final class TorchGradientUpdater implements GradientUpdater<TorchUpdater> {
    /** The operations count from 0. */
    private static final int LAST_ITERATION = Integer.MAX_VALUE - 1;

    /** Names of the states, in the order of the state vector. */
    private static final List<String> STATES = List.of("first", "second", "third");

    private final TorchUpdater config;
    private final Map<String, INDArray> states = new LinkedHashMap<>();

    TorchGradientUpdater(TorchUpdater config) {
        this.config = config;
    }

    @Override
    public TorchUpdater getConfig() {
        return config;
    }

    @Override
    public void setState(Map<String, INDArray> stateMap, boolean initialize) {
        List<String> names = STATES.subList(0, config.method().states());
        if (!stateMap.keySet().equals(Set.copyOf(names))) {
            throw InvalidInputException.of("TorchUpdater", "states " + names, stateMap.keySet(), "");
        }
        for (String name : names) {
            INDArray state = stateMap.get(name);
            if (initialize) {
                state.assign(0);
            }
            states.put(name, state);
        }
    }

    @Override
    public Map<String, INDArray> getState() {
        return Map.copyOf(states);
    }

    /** @param viewArray a vector: the first state of all parameters, then the second of them all, and so on */
    @Override
    public void setStateViewArray(INDArray viewArray, long[] gradientShape, char gradientOrder, boolean initialize) {
        if (initialize) {
            viewArray.assign(0);
        }
        INDArray flat = viewArray.reshape(viewArray.length());
        int count = config.method().states();
        long length = flat.length() / count;
        for (int i = 0; i < count; i++) {
            states.put(STATES.get(i), flat.get(NDArrayIndex.interval(i * length, (i + 1) * length)));
        }
    }

    /** The gradient becomes what is to be subtracted from the parameters, the states their new values. */
    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
        Factors exact = config.factors(iteration, epoch);
        boolean still = exact.rate() == 0 && exact.gradientRate() == 0;
        // ND4J takes epsilon for a rate of 0
        Factors factors = still ? new Factors(1, 0, exact.epsilon()) : exact;
        switch (config.method()) {
            case NADAM -> nadam(gradient, factors);
            case ADA_MAX -> adaMax(gradient, factors);
            default -> fused(gradient, factors);
        }
        if (still) {
            gradient.assign(0);
        }
    }

    private void fused(INDArray gradient, Factors factors) {
        double a = config.firstDecay();
        double b = config.secondDecay();
        DataType type = gradient.dataType();
        INDArray first = state(0, gradient);
        switch (config.method()) {
            case ADAM, AMS_GRAD -> {
                double root = Math.sqrt(taken(b, type));
                double rate = factors.rate() * root / taken(a, type);
                double epsilon = factors.epsilon() * root;
                INDArray second = state(1, gradient);
                Nd4j.exec(
                        config.method() == Method.ADAM
                                ? new AdamUpdater(gradient, second, first, rate, a, b, epsilon, LAST_ITERATION)
                                : new AmsGradUpdater(
                                        gradient,
                                        second,
                                        first,
                                        state(2, gradient),
                                        rate,
                                        a,
                                        b,
                                        epsilon,
                                        LAST_ITERATION));
            }
            case RMS_PROP -> {
                double root = Math.sqrt(taken(a, type));
                Nd4j.exec(new RmsPropUpdater(gradient, first, factors.rate() * root, a, factors.epsilon() * root));
            }
            default -> Nd4j.exec(new AdaGradUpdater(gradient, first, factors.rate(), factors.epsilon()));
        }
    }

    /** By how much a moment is too large: ND4J takes the decay from 1 in the type of the gradient, 1e-5 off for 0.999. */
    private static double taken(double decay, DataType type) {
        double taken = type == DataType.FLOAT ? (1 - (float) decay) / (1 - decay) : 1;
        if (taken == 0) {
            throw InvalidInputException.of("TorchUpdater", "decays that floats can tell from 1", decay, "");
        }
        return taken;
    }

    private void nadam(INDArray gradient, Factors factors) {
        double a = config.firstDecay();
        double b = config.secondDecay();
        INDArray mean = state(0, gradient);
        INDArray square = state(1, gradient);
        mean.muli(a).addi(gradient.mul(1 - a));
        square.muli(b).addi(gradient.mul(gradient).muli(1 - b));
        INDArray divisor = Transforms.sqrt(square, true).addi(factors.epsilon());
        gradient.muli(factors.gradientRate()).addi(mean.mul(factors.rate())).divi(divisor);
    }

    private void adaMax(INDArray gradient, Factors factors) {
        double a = config.firstDecay();
        INDArray mean = state(0, gradient);
        INDArray largest = state(1, gradient);
        mean.muli(a).addi(gradient.mul(1 - a));
        INDArray magnitude = Transforms.abs(gradient, true).addi(factors.epsilon());
        largest.assign(Transforms.max(largest.mul(config.secondDecay()), magnitude, false));
        gradient.assign(mean.mul(factors.rate()).divi(largest));
    }

    private INDArray state(int index, INDArray gradient) {
        INDArray state = states.get(STATES.get(index));
        if (state == null) {
            throw new IllegalStateException("TorchUpdater: set its state before it is applied.");
        }
        return state.reshape(gradient.shape());
    }
}
