package org.steadygrad.engine.cpu.update;

import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.ParameterBlock;

/**
 * Factors of {@link ClipRule.ByUnitRatio}. A unit is a column of a matrix, which lies in one stretch of the flat
 * vector; a vector or a scalar is one unit.
 */
final class UnitRatios {
    /** Elements worth waking a thread for. */
    private static final int GRAIN = 1 << 14;

    private final FloatMemory parameters;
    private final FloatMemory gradient;
    private final UpdateChunk[] chunks;
    private final Workers workers;
    private final Workers.Range ratios = this::ratios;

    /** First element of each block. */
    private final int[] starts;

    /** Number of each block's first unit; one more for the end. */
    private final int[] firstUnit;

    /** Elements of a unit of each block. */
    private final int[] unitLength;

    private final int length;

    /** One per unit; made when the first such rule comes. */
    private double[] factors;

    private ClipRule.ByUnitRatio rule;
    private double[] averaging;

    /** @param chunks one per thread */
    UnitRatios(
            List<ParameterBlock> blocks,
            FloatMemory parameters,
            FloatMemory gradient,
            UpdateChunk[] chunks,
            Workers workers) {
        this.parameters = parameters;
        this.gradient = gradient;
        this.chunks = chunks;
        this.workers = workers;
        firstUnit = new int[blocks.size() + 1];
        starts = new int[blocks.size()];
        unitLength = new int[blocks.size()];
        int end = 0;
        for (int i = 0; i < blocks.size(); i++) {
            starts[i] = (int) blocks.get(i).offset();
            int units = units(blocks.get(i));
            firstUnit[i + 1] = firstUnit[i] + units;
            unitLength[i] = units == 0 ? 0 : (int) (blocks.get(i).length() / units);
            end = (int) (blocks.get(i).offset() + blocks.get(i).length());
        }
        length = end;
    }

    private static int units(ParameterBlock block) {
        if (block.length() == 0 || !block.trained()) {
            return 0;
        }
        long axes = block.shape().stream().filter(size -> size != 1).count();
        return axes < 2 ? 1 : Math.toIntExact(block.shape().get(block.shape().size() - 1));
    }

    /** @return the smallest of all units' factors, at most 1 */
    double decide(ClipRule.ByUnitRatio newRule, double[] newAveraging) {
        if (factors == null) {
            factors = new double[firstUnit[starts.length]];
        }
        rule = newRule;
        averaging = newAveraging;
        workers.run(length, GRAIN, ratios);
        double smallest = 1;
        for (double factor : factors) {
            smallest = Math.min(smallest, factor);
        }
        return smallest;
    }

    /** A part takes the units that begin in it. */
    private void ratios(int part, int from, int to) {
        for (int block = 0; block < unitLength.length; block++) {
            int start = starts[block];
            for (int unit = firstUnit[block]; unit < firstUnit[block + 1]; unit++) {
                int first = start + (unit - firstUnit[block]) * unitLength[block];
                if (first >= from && first < to) {
                    factors[unit] = factor(block, first, chunks[part]);
                }
            }
        }
    }

    private double factor(int block, int first, UpdateChunk chunk) {
        double gradientNorm = norm(gradient, first, unitLength[block], chunk) * averaging[block];
        double weightNorm = norm(parameters, first, unitLength[block], chunk);
        double limit = rule.factor() * Math.max(weightNorm, rule.epsilon());
        return gradientNorm > limit ? limit / gradientNorm : 1;
    }

    private static double norm(FloatMemory memory, int first, int count, UpdateChunk chunk) {
        double sum = 0;
        for (int done = 0; done < count; done += UpdateChunk.LENGTH) {
            int n = Math.min(UpdateChunk.LENGTH, count - done);
            memory.read(first + done, chunk.gradient, n);
            sum += chunk.sumOfSquares(chunk.gradient, n);
        }
        return Math.sqrt(sum);
    }

    /**
     * Multiplies a piece of a trained block by its units' factors.
     *
     * @param from first element in the flat vector
     */
    void apply(int block, int from, float[] piece, int n) {
        int size = unitLength[block];
        int inBlock = from - starts[block];
        int done = 0;
        while (done < n) {
            int unit = (inBlock + done) / size;
            int end = Math.min(n, (unit + 1) * size - inBlock);
            double factor = factors[firstUnit[block] + unit];
            if (factor < 1) {
                UpdateLoops.scale(piece, done, end, factor);
            }
            done = end;
        }
    }
}
