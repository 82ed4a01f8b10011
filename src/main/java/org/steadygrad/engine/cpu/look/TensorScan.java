package org.steadygrad.engine.cpu.look;

import java.util.Arrays;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.trace.Reading;
import org.steadygrad.model.ActivationRange;

/** Reads tensors for a trace, once each: the rows of a large one spread over threads, small ones side by side. */
public final class TensorScan {
    /** Elements worth waking a thread for. */
    private static final int GRAIN = 1 << 16;

    private final Workers workers;
    private final TensorSums[] sums;

    public TensorScan(Workers workers) {
        this.workers = workers;
        sums = new TensorSums[workers.threads()];
        Arrays.setAll(sums, i -> new TensorSums());
    }

    /**
     * The norm and the first number that isn't finite, without moments and shares: a fraction of the work of {@link #read}.
     *
     * @param tensor [rows, columns]
     * @param columns number of elements in a row
     */
    public Reading norm(FloatMemory tensor, int columns) {
        double[] squares = new double[workers.threads()];
        workers.run(tensor.length(), GRAIN, (part, from, to) -> squares[part] = sums[part].squares(tensor, from, to));
        double sum = Arrays.stream(squares).sum();
        int at = Double.isFinite(sum) ? -1 : tensor.firstNonFinite();
        Reading.Sums found = new Reading.Sums(0, sum, 0, 0, 0, 0);
        return Reading.of(
                found, columns, ActivationRange.NONE, at < 0 ? -1 : at / columns, at < 0 ? 0 : tensor.get(at));
    }

    /** @return one reading per tensor, in their order */
    public List<Reading> read(List<MaskedRows> tensors) {
        Reading[] readings = new Reading[tensors.size()];
        workers.run(
                new Workers.Tasks() {
                    @Override
                    public int count() {
                        return readings.length;
                    }

                    @Override
                    public int length(int task) {
                        return tensors.get(task).data().length();
                    }

                    @Override
                    public void spread(int task) {
                        readings[task] = TensorScan.this.spread(tensors.get(task));
                    }

                    @Override
                    public void alone(int part, int task) {
                        sums[part].begin(tensors.get(task));
                        sums[part].take(0, tensors.get(task).rows());
                        readings[task] = sums[part].reading();
                    }
                },
                GRAIN);
        return List.of(readings);
    }

    private Reading spread(MaskedRows tensor) {
        int grain = Math.max(1, GRAIN / tensor.columns());
        int parts = workers.parts(tensor.rows(), grain);
        for (int i = 0; i < parts; i++) {
            sums[i].begin(tensor);
        }
        workers.run(tensor.rows(), grain, (part, from, to) -> sums[part].take(from, to));
        for (int i = 1; i < parts; i++) {
            sums[0].add(sums[i]);
        }
        return sums[0].reading();
    }

    /** The first NaN or infinity; 0 when all elements are finite. */
    public static double nonFinite(FloatMemory tensor) {
        int at = tensor.firstNonFinite();
        return at < 0 ? 0 : tensor.get(at);
    }
}
