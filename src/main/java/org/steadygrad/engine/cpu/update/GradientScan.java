package org.steadygrad.engine.cpu.update;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;

/** Statistics of a flat gradient, in one pass by all threads. */
final class GradientScan {
    /** Elements worth waking a thread for. */
    private static final int GRAIN = 1 << 15;

    private final FlatLayout layout;
    private final UpdatePieces pieces;
    private final UpdateChunk[] chunks;
    private final FloatMemory gradient;
    private final Workers workers;
    private final Workers.Range scan = this::scan;

    // One each per piece.
    private final double[] sums;
    private final float[] largest;
    private final int[] zeros;
    private final int[] nonFinite;

    /** @param chunks one per thread */
    GradientScan(FlatLayout layout, UpdatePieces pieces, UpdateChunk[] chunks, FloatMemory gradient, Workers workers) {
        this.layout = layout;
        this.pieces = pieces;
        this.chunks = chunks;
        this.gradient = gradient;
        this.workers = workers;
        sums = new double[pieces.count()];
        largest = new float[pieces.count()];
        zeros = new int[pieces.count()];
        nonFinite = new int[pieces.count()];
    }

    /** @param scales per block, what its elements are to be multiplied by first */
    GradientStatistics statistics(double[] scales) {
        workers.run(pieces.length(), GRAIN, scan);
        List<GradientStatistics.Row> rows = new ArrayList<>(scales.length);
        for (int block = 0; block < scales.length; block++) {
            rows.add(row(block, scales[block]));
        }
        return new GradientStatistics(layout, rows);
    }

    private GradientStatistics.Row row(int block, double scale) {
        double sum = 0;
        float max = 0;
        long zero = 0;
        long wild = 0;
        for (int piece = pieces.firstOf(block); piece < pieces.firstOf(block + 1); piece++) {
            sum += sums[piece];
            max = Math.max(max, largest[piece]);
            zero += zeros[piece];
            wild += nonFinite[piece];
        }
        return new GradientStatistics.Row(sum * scale * scale, max * scale, wild, zero);
    }

    private void scan(int part, int from, int to) {
        UpdateChunk chunk = chunks[part];
        int end = pieces.firstFrom(to);
        for (int piece = pieces.firstFrom(from); piece < end; piece++) {
            int n = pieces.size(piece);
            gradient.read(pieces.start(piece), chunk.gradient, n);
            gradient.readBits(pieces.start(piece), chunk.bits, n);
            sums[piece] = chunk.sumOfSquares(chunk.gradient, n);
            chunk.scanBits(n);
            largest[piece] = chunk.maxAbs();
            zeros[piece] = chunk.zeros();
            nonFinite[piece] = chunk.nonFinite();
        }
    }
}
