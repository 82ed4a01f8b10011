package org.steadygrad.engine.cpu.update;

import org.steadygrad.engine.plan.UpdateNumbers;
import org.steadygrad.engine.plan.UpdaterKind;

/**
 * The updaters' formulas, as {@link UpdaterKind} has them, over a chunk: its gradient becomes what is to be subtracted
 * from the parameters, its states their new values.
 */
final class UpdaterLoops {
    private UpdaterLoops() {}

    /** @param n number of elements, from the front of the chunk's arrays */
    static void run(UpdaterKind kind, UpdateChunk chunk, int n, UpdateNumbers numbers) {
        float[] g = chunk.gradient;
        float[] first = chunk.state[0];
        float[] second = chunk.state[1];
        switch (kind) {
            case NO_OP -> {}
            case SGD -> UpdateLoops.scale(g, 0, n, numbers.rate());
            case NESTEROVS -> nesterovs(g, first, n, numbers);
            case ADAM -> adam(g, first, second, n, numbers);
            case AMS_GRAD -> amsGrad(chunk, n, numbers);
            case NADAM -> nadam(g, first, second, n, numbers);
            case RMS_PROP -> rmsProp(g, first, n, numbers);
            case ADA_GRAD -> adaGrad(g, first, n, numbers);
            case ADA_DELTA -> adaDelta(g, first, second, n, numbers);
            case ADA_MAX -> adaMax(g, first, second, n, numbers);
        }
    }

    private static void nesterovs(float[] g, float[] v, int n, UpdateNumbers numbers) {
        float rate = (float) numbers.rate();
        float momentum = (float) numbers.firstDecay();
        float ahead = (float) (1 + numbers.firstDecay());
        for (int i = 0; i < n; i++) {
            float kept = momentum * v[i];
            float next = kept - rate * g[i];
            v[i] = next;
            g[i] = kept - ahead * next;
        }
    }

    private static void adam(float[] g, float[] m, float[] v, int n, UpdateNumbers numbers) {
        float rate = (float) numbers.rate();
        float keepM = (float) numbers.firstDecay();
        float keepV = (float) numbers.secondDecay();
        float takeM = (float) (1 - numbers.firstDecay());
        float takeV = (float) (1 - numbers.secondDecay());
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float mean = keepM * m[i] + takeM * x;
            float square = keepV * v[i] + takeV * (x * x);
            m[i] = mean;
            v[i] = square;
            g[i] = rate * mean / ((float) Math.sqrt(square) + epsilon);
        }
    }

    private static void amsGrad(UpdateChunk chunk, int n, UpdateNumbers numbers) {
        float[] g = chunk.gradient;
        float[] m = chunk.state[0];
        float[] v = chunk.state[1];
        float[] h = chunk.state[2];
        float rate = (float) numbers.rate();
        float keepM = (float) numbers.firstDecay();
        float keepV = (float) numbers.secondDecay();
        float takeM = (float) (1 - numbers.firstDecay());
        float takeV = (float) (1 - numbers.secondDecay());
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float mean = keepM * m[i] + takeM * x;
            float square = keepV * v[i] + takeV * (x * x);
            float highest = Math.max(h[i], square);
            m[i] = mean;
            v[i] = square;
            h[i] = highest;
            g[i] = rate * mean / ((float) Math.sqrt(highest) + epsilon);
        }
    }

    private static void nadam(float[] g, float[] m, float[] v, int n, UpdateNumbers numbers) {
        float rate = (float) numbers.rate();
        float gradientRate = (float) numbers.gradientRate();
        float keepM = (float) numbers.firstDecay();
        float keepV = (float) numbers.secondDecay();
        float takeM = (float) (1 - numbers.firstDecay());
        float takeV = (float) (1 - numbers.secondDecay());
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float mean = keepM * m[i] + takeM * x;
            float square = keepV * v[i] + takeV * (x * x);
            m[i] = mean;
            v[i] = square;
            g[i] = (rate * mean + gradientRate * x) / ((float) Math.sqrt(square) + epsilon);
        }
    }

    private static void rmsProp(float[] g, float[] s, int n, UpdateNumbers numbers) {
        float rate = (float) numbers.rate();
        float keep = (float) numbers.firstDecay();
        float take = (float) (1 - numbers.firstDecay());
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float square = keep * s[i] + take * (x * x);
            s[i] = square;
            g[i] = rate * x / ((float) Math.sqrt(square) + epsilon);
        }
    }

    private static void adaGrad(float[] g, float[] s, int n, UpdateNumbers numbers) {
        float rate = (float) numbers.rate();
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float square = s[i] + x * x;
            s[i] = square;
            g[i] = rate * x / ((float) Math.sqrt(square) + epsilon);
        }
    }

    private static void adaMax(float[] g, float[] m, float[] h, int n, UpdateNumbers numbers) {
        float rate = (float) numbers.rate();
        float keepM = (float) numbers.firstDecay();
        float takeM = (float) (1 - numbers.firstDecay());
        float keepH = (float) numbers.secondDecay();
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float mean = keepM * m[i] + takeM * x;
            float largest = Math.max(keepH * h[i], Math.abs(x) + epsilon);
            m[i] = mean;
            h[i] = largest;
            g[i] = rate * mean / largest;
        }
    }

    private static void adaDelta(float[] g, float[] s, float[] d, int n, UpdateNumbers numbers) {
        float keep = (float) numbers.firstDecay();
        float take = (float) (1 - numbers.firstDecay());
        float epsilon = (float) numbers.epsilon();
        for (int i = 0; i < n; i++) {
            float x = g[i];
            float square = keep * s[i] + take * (x * x);
            float step = x * ((float) Math.sqrt(d[i] + epsilon) / (float) Math.sqrt(square + epsilon));
            s[i] = square;
            d[i] = keep * d[i] + take * (step * step);
            g[i] = step;
        }
    }
}
