package org.steadygrad.engine.cpu.update;

/** What is done to a chunk before and after its updater. Loops this short C2 turns into vector instructions. */
final class UpdateLoops {
    /** Smaller factors lose digits as a float. */
    private static final double SMALLEST_FACTOR = 1e-36;

    private UpdateLoops() {}

    /** Multiplies elements {@code from} to {@code to}, whatever the factor's magnitude. */
    static void scale(float[] x, int from, int to, double factor) {
        if (factor != 0 && Math.abs(factor) < SMALLEST_FACTOR) {
            for (int i = from; i < to; i++) {
                x[i] = (float) (x[i] * factor);
            }
            return;
        }
        float single = (float) factor;
        for (int i = from; i < to; i++) {
            x[i] *= single;
        }
    }

    static void limit(float[] x, int n, float limit) {
        for (int i = 0; i < n; i++) {
            x[i] = Math.min(Math.max(x[i], -limit), limit);
        }
    }

    static void addSigns(float[] x, float[] of, int n, float factor) {
        for (int i = 0; i < n; i++) {
            x[i] += factor * Math.signum(of[i]);
        }
    }

    static void add(float[] x, float[] other, int n, float factor) {
        for (int i = 0; i < n; i++) {
            x[i] += factor * other[i];
        }
    }

    static void subtract(float[] x, float[] other, int n) {
        for (int i = 0; i < n; i++) {
            x[i] -= other[i];
        }
    }

    static boolean finite(float[] x, int n) {
        for (int i = 0; i < n; i++) {
            if (!Float.isFinite(x[i])) {
                return false;
            }
        }
        return true;
    }
}
