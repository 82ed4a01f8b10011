package org.steadygrad.engine.cuda.loss;

import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.LossFunction;

/** Losses by their definitions, in double. */
final class LossReference {
    private final LossFunction loss;
    private final ActivationFunction function;
    private final double low;
    private final double high;
    private final int size;
    final double[] output;
    final double[] gradient;
    double sum;

    LossReference(LossFunction loss, ActivationFunction function, double clip, int size, float[] input) {
        this.loss = loss;
        this.function = function;
        low = (float) clip;
        high = (float) (1 - clip);
        this.size = size;
        output = new double[input.length];
        gradient = new double[input.length];
        for (int row = 0; row < input.length / size; row++) {
            double total = 0;
            double largest = function.kind() == Kind.SOFTMAX ? largest(input, row) : 0;
            for (int i = row * size; i < (row + 1) * size; i++) {
                output[i] = activate(input[i] - largest);
                total += output[i];
            }
            for (int i = row * size; function.kind() == Kind.SOFTMAX && i < (row + 1) * size; i++) {
                output[i] /= total;
            }
        }
    }

    private double largest(float[] input, int row) {
        double largest = input[row * size];
        for (int i = row * size; i < (row + 1) * size; i++) {
            largest = Math.max(largest, input[i]);
        }
        return largest;
    }

    private double activate(double x) {
        return switch (function.kind()) {
            case IDENTITY -> x;
            case SOFTMAX -> Math.exp(x);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case SOFTPLUS -> Math.log1p(Math.exp(x));
            case HARD_SIGMOID -> Math.min(1, Math.max(0, 0.2 * x + 0.5));
            default -> throw new IllegalArgumentException(function.toString());
        };
    }

    private double slope(double x, double y) {
        return switch (function.kind()) {
            case IDENTITY, SOFTMAX -> 1;
            case SIGMOID -> y * (1 - y);
            case TANH -> 1 - y * y;
            case SOFTPLUS -> 1 / (1 + Math.exp(-x));
            case HARD_SIGMOID -> y > 0 && y < 1 ? 0.2 : 0;
            default -> throw new IllegalArgumentException(function.toString());
        };
    }

    /**
     * @param labels dense, one for each element
     * @param mask one number for each element
     */
    LossReference train(float[] input, float[] labels, float[] mask) {
        double share =
                loss == LossFunction.MEAN_SQUARED_ERROR || loss == LossFunction.MEAN_ABSOLUTE_ERROR ? 1.0 / size : 1;
        for (int i = 0; i < input.length; i++) {
            if (mask[i] != 0) {
                int row = i / size * size;
                sum += mask[i] * share * (byLogits() ? term(input, i, labels[i]) : term(output[i], labels[i]));
                gradient[i] = mask[i] * share * byInput(input[i], output[i], labels, i, row);
            }
        }
        return this;
    }

    /** Whether the loss is that of a function's argument, with no bound of probabilities. */
    private boolean byLogits() {
        return function.kind() == Kind.SOFTMAX
                || (loss == LossFunction.BINARY_CROSS_ENTROPY && function.kind() == Kind.SIGMOID);
    }

    private double term(float[] x, int i, double label) {
        if (function.kind() == Kind.SIGMOID) {
            return Math.max(x[i], 0) - label * x[i] + Math.log1p(Math.exp(-Math.abs(x[i])));
        }
        double total = 0;
        for (int j = i / size * size; j < (i / size + 1) * size; j++) {
            total += Math.exp((double) x[j] - x[i]);
        }
        return label * Math.log(total);
    }

    private double term(double output, double label) {
        double p = Math.min(high, Math.max(low, output));
        return switch (loss) {
            case BINARY_CROSS_ENTROPY ->
                -(label == 0 ? 0 : label * Math.log(p)) - (label == 1 ? 0 : (1 - label) * Math.log1p(-p));
            case MEAN_SQUARED_ERROR, SQUARED_ERROR -> (output - label) * (output - label);
            case MEAN_ABSOLUTE_ERROR, ABSOLUTE_ERROR -> Math.abs(output - label);
            default -> throw new IllegalArgumentException(loss.toString());
        };
    }

    private double byInput(double x, double output, float[] labels, int i, int row) {
        double p = Math.min(high, Math.max(low, output));
        double label = labels[i];
        return switch (loss) {
            case CROSS_ENTROPY, SPARSE_CROSS_ENTROPY -> {
                double total = 0;
                for (int j = row; j < row + size; j++) {
                    total += labels[j];
                }
                yield total * output - label;
            }
            case BINARY_CROSS_ENTROPY -> byLogits() ? output - label : (p - label) / (p * (1 - p)) * slope(x, output);
            case MEAN_SQUARED_ERROR, SQUARED_ERROR -> 2 * (output - label) * slope(x, output);
            case MEAN_ABSOLUTE_ERROR, ABSOLUTE_ERROR -> Math.signum(output - label) * slope(x, output);
            default -> throw new IllegalArgumentException(loss.toString());
        };
    }
}
