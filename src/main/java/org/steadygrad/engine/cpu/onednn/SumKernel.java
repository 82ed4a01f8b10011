package org.steadygrad.engine.cpu.onednn;

import java.util.List;

/** Adds up the shares that several readers have in the gradient of one tensor. */
public final class SumKernel implements Workers.Range {
    private static final int CHUNK = 2048;
    private static final int GRAIN = 16 * CHUNK;

    private final List<FloatMemory> shares;
    private final FloatMemory sum;
    private final Workers workers;
    private final float[][] total;
    private final float[][] share;

    public SumKernel(List<FloatMemory> shares, FloatMemory sum, Workers workers) {
        this.shares = shares;
        this.sum = sum;
        this.workers = workers;
        total = new float[workers.threads()][CHUNK];
        share = new float[workers.threads()][CHUNK];
    }

    public void run() {
        workers.run(sum.length(), GRAIN, this);
    }

    @Override
    public void run(int part, int from, int to) {
        float[] a = total[part];
        float[] b = share[part];
        for (int start = from; start < to; start += CHUNK) {
            int count = Math.min(CHUNK, to - start);
            shares.get(0).read(start, a, count);
            for (int i = 1; i < shares.size(); i++) {
                shares.get(i).read(start, b, count);
                add(a, b, count);
            }
            sum.write(start, a, count);
        }
    }

    private static void add(float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            a[i] += b[i];
        }
    }
}
