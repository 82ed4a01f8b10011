package org.steadygrad.engine.cpu;

import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.LossFunction;
import org.steadygrad.engine.plan.PlanStep;

/**
 * Loss and gradient of rows that lie in arrays. The gradient is that by the argument of the activation function where
 * {@link #direct}, else that by its result.
 */
final class LossTerms {
    private final LossFunction loss;
    private final boolean direct;
    private final boolean logits;
    private final float low;
    private final float high;
    private final float share;

    LossTerms(PlanStep.Loss step) {
        loss = step.loss();
        Kind activation = step.activation().kind();
        logits = loss == LossFunction.BINARY_CROSS_ENTROPY && activation == Kind.SIGMOID;
        direct = logits || activation == Kind.SOFTMAX || activation == Kind.IDENTITY;
        low = (float) step.clip();
        high = (float) (1 - step.clip());
        boolean mean = loss == LossFunction.MEAN_SQUARED_ERROR || loss == LossFunction.MEAN_ABSOLUTE_ERROR;
        share = mean ? 1f / step.output().size() : 1;
    }

    boolean direct() {
        return direct;
    }

    /**
     * @param output of the activation function, elements {@code from} to {@code to}
     * @param gradient is overwritten there
     * @return the loss
     */
    double rows(float[] output, float[] labels, float[] gradient, int from, int to) {
        return switch (loss) {
            case CROSS_ENTROPY -> classes(output, labels, gradient, from, to);
            case BINARY_CROSS_ENTROPY -> binary(output, labels, gradient, from, to);
            case MEAN_SQUARED_ERROR, SQUARED_ERROR -> squares(output, labels, gradient, from, to);
            case MEAN_ABSOLUTE_ERROR, ABSOLUTE_ERROR -> magnitudes(output, labels, gradient, from, to);
            case SPARSE_CROSS_ENTROPY -> throw new IllegalStateException("One label per row is sparseRow's business.");
        };
    }

    /** One row of probabilities and the number of the right class. */
    double sparseRow(float[] output, int label, float[] gradient, int from, int to) {
        System.arraycopy(output, from, gradient, from, to - from);
        gradient[from + label] -= 1;
        return -Math.log(clipped(output[from + label]));
    }

    private float clipped(float probability) {
        return Math.min(high, Math.max(low, probability));
    }

    private double classes(float[] output, float[] labels, float[] gradient, int from, int to) {
        for (int i = from; i < to; i++) {
            gradient[i] = output[i] - labels[i];
        }
        double sum = 0;
        for (int i = from; i < to; i++) {
            if (labels[i] != 0) {
                sum -= labels[i] * Math.log(clipped(output[i]));
            }
        }
        return sum;
    }

    private double binary(float[] output, float[] labels, float[] gradient, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            float p = clipped(output[i]);
            float y = labels[i];
            sum -= y == 0 ? 0 : y * Math.log(p);
            sum -= y == 1 ? 0 : (1 - y) * Math.log1p(-p);
            boolean cancels = logits && p == output[i];
            float slope = (p - y) / (p * (1 - p));
            gradient[i] = cancels ? p - y : logits ? slope * output[i] * (1 - output[i]) : slope;
        }
        return sum;
    }

    private double squares(float[] output, float[] labels, float[] gradient, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            float difference = output[i] - labels[i];
            gradient[i] = 2 * share * difference;
            sum += (double) difference * difference;
        }
        return sum * share;
    }

    private double magnitudes(float[] output, float[] labels, float[] gradient, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            float difference = output[i] - labels[i];
            gradient[i] = Math.signum(difference) * share;
            sum += Math.abs(difference);
        }
        return sum * share;
    }
}
