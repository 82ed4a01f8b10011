package org.steadygrad.engine.cpu.onednn;

/** Sums of squares of whole tensors by all threads; infinite or NaN where floats can't hold the sum of a stretch. */
public final class SquaresSum {
    private static final int GRAIN = 1 << 17;

    private final Workers workers;
    private final double[] partial;

    public SquaresSum(Workers workers) {
        this.workers = workers;
        partial = new double[workers.threads()];
    }

    public double of(FloatMemory data) {
        workers.run(data.length(), GRAIN, (part, from, to) -> {
            double sum = 0;
            int start = from;
            while (start < to) {
                int count = Math.min(FloatMemory.MOST_ADDED, to - start);
                sum += data.squares(start, count);
                start += count;
            }
            partial[part] = sum;
        });
        double sum = 0;
        for (int part = 0; part < workers.parts(data.length(), GRAIN); part++) {
            sum += partial[part];
        }
        return sum;
    }
}
