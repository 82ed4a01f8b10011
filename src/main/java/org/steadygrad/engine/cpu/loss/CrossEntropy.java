package org.steadygrad.engine.cpu.loss;

/**
 * Cross-entropy of softmax and of sigmoid, and its gradient, by the logits x that these functions were applied to. A loss of
 * probabilities ends where they are rounded to 0 or 1: with x = 20 and a label of 0, a sigmoid in float is 1, the loss infinite or
 * clipped, and the gradient 0. By the logits the loss is 20 and the gradient 1.
 */
final class CrossEntropy {
    /** From here on downward, three terms of the series of log(1 + e) are exact to twelve digits. */
    private static final double SMALL = 1e-4;

    /** Probabilities below may have lost digits to the smallest float. */
    private static final float TINY = 1e-30f;

    private CrossEntropy() {}

    /**
     * {@code -sum y log p} over elements {@code from} to {@code to}, a row of softmax; the gradient is {@code sum(y) p - y}.
     *
     * @return the loss
     */
    static double ofClasses(LossArrays row, int from, int to) {
        float[] p = row.output();
        float[] y = row.labels();
        float[] gradient = row.gradient();
        double total = 0;
        double sum = 0;
        int likely = -1;
        for (int i = from; i < to; i++) {
            if (y[i] != 0) {
                total += y[i];
                sum += y[i] * surprise(row, i, from, to);
                likely = p[i] > 0.5f ? i : likely;
            }
        }
        float all = (float) total;
        for (int i = from; i < to; i++) {
            gradient[i] = all * p[i] - y[i];
        }
        if (likely >= 0) {
            gradient[likely] = (float) ((total - y[likely]) * p[likely] - y[likely] * rest(p, likely, from, to));
        }
        return sum;
    }

    /** The same with the number of the right class. */
    static double ofClass(LossArrays row, int label, int from, int to) {
        float[] p = row.output();
        int right = from + label;
        System.arraycopy(p, from, row.gradient(), from, to - from);
        row.gradient()[right] = p[right] > 0.5f ? (float) -rest(p, right, from, to) : p[right] - 1;
        return surprise(row, right, from, to);
    }

    /** {@code -log p} of one class. */
    private static double surprise(LossArrays row, int i, int from, int to) {
        float p = row.output()[i];
        if (p > 0.5f) {
            return -Math.log1p(-rest(row.output(), i, from, to));
        }
        return p > TINY ? -Math.log(p) : surpriseByLogits(row, i, from, to);
    }

    private static double surpriseByLogits(LossArrays row, int i, int from, int to) {
        float[] x = row.logits();
        int top = from;
        for (int j = from; j < to; j++) {
            top = x[j] > x[top] ? j : top;
        }
        double most = row.output()[top];
        return (double) x[top] - x[i] - (most > 0.5 ? Math.log1p(-rest(row.output(), top, from, to)) : Math.log(most));
    }

    /** What the probability of a likely class lacks to 1: near 1 it has lost those digits, which are its gradient. */
    private static double rest(float[] p, int likely, int from, int to) {
        return sum(p, from, likely) + sum(p, likely + 1, to);
    }

    private static double sum(float[] p, int from, int to) {
        double even = 0;
        double odd = 0;
        int i = from;
        for (; i + 1 < to; i += 2) {
            even += p[i];
            odd += p[i + 1];
        }
        return i < to ? even + odd + p[i] : even + odd;
    }

    /**
     * {@code -sum (y log p + (1 - y) log (1 - p))} over elements {@code from} to {@code to}, where p is the sigmoid; the
     * gradient is {@code p - y}.
     *
     * @return the loss
     */
    static double ofBits(LossArrays row, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            double x = row.logits()[i];
            double y = row.labels()[i];
            double e = Math.exp(-Math.abs(x));
            double near = 1 / (1 + e);
            double far = e * near;
            row.gradient()[i] = (float) (x > 0 ? (1 - y) * near - y * far : (1 - y) * far - y * near);
            sum += (x > 0 ? (1 - y) * x : -y * x) + logOfOnePlus(e);
        }
        return sum;
    }

    /** For e from 0 to 1; {@code Math.log1p} isn't compiled to instructions of the processor. */
    private static double logOfOnePlus(double e) {
        return e < SMALL ? e * (1 - e * (0.5 - e / 3)) : Math.log(1 + e);
    }
}
