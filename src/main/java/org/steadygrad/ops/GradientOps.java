package org.steadygrad.ops;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;

/**
 * Statistics and clipping of a flat gradient, built on ND4J operations, so that they run on any ND4J back end. The
 * vectors may have any shape whose elements lie one after the other ([n] or DL4J's [1, n]) and any floating-point type.
 */
public final class GradientOps {
    private GradientOps() {}

    /**
     * Sum of squares, largest magnitude, number of non-finite and of zero elements of each block. Sums are finite
     * whenever all elements are, except for double gradients whose norm exceeds 1.3e154; those of floats are right to 4e-7,
     * whatever their magnitudes. Nothing is modified.
     *
     * @param flat the flat gradient (or parameters, or an update)
     * @param layout where each parameter lies in it; may be empty
     */
    public static GradientStatistics statistics(INDArray flat, FlatLayout layout) {
        FlatVector vector = FlatVector.of(flat, layout, "GradientOps.statistics", "flat");
        List<GradientStatistics.Row> rows = new ArrayList<>(layout.blocks().size());
        // One pass over all spares a call per block where nothing is exactly zero, the usual case for smooth layers.
        boolean anyZero = layout.length() > 0 && BlockReductions.zeros(vector.array()) > 0;
        for (ParameterBlock block : layout.blocks()) {
            boolean none = block.length() == 0;
            rows.add(none ? new GradientStatistics.Row(0, 0, 0, 0) : row(vector.view(block), anyZero));
        }
        return new GradientStatistics(layout, rows);
    }

    private static GradientStatistics.Row row(INDArray block, boolean anyZero) {
        double sumOfSquares = BlockReductions.sumOfSquares(block);
        // A sum of squares is finite only if every element is, so that the slow count is needed for sick blocks alone.
        boolean finite = Double.isFinite(sumOfSquares);
        long nonFinite = finite ? 0 : BlockReductions.nonFinite(block);
        double maxAbs = BlockReductions.maxAbs(block, nonFinite == 0);
        return new GradientStatistics.Row(sumOfSquares, maxAbs, nonFinite, anyZero ? BlockReductions.zeros(block) : 0);
    }

    /**
     * Whether no element is NaN or infinite.
     *
     * @param vector rank 1, contiguous
     */
    public static boolean isFinite(INDArray vector) {
        return vector.isEmpty()
                || Double.isFinite(BlockReductions.sumOfSquares(vector))
                || BlockReductions.nonFinite(vector) == 0;
    }

    /** Euclidean norm of each block, in the layout's order; of floats right to 2e-7. Nothing is modified. */
    public static double[] norms(INDArray flat, FlatLayout layout) {
        FlatVector vector = FlatVector.of(flat, layout, "GradientOps.norms", "flat");
        return layout.blocks().stream()
                .mapToDouble(
                        block -> block.length() == 0 ? 0 : Math.sqrt(BlockReductions.sumOfSquares(vector.view(block))))
                .toArray();
    }

    /**
     * Clips a gradient in place. Norm rules multiply all elements of a group (everything, a layer, a parameter, a unit)
     * by one factor {@code maxNorm / norm}, which keeps the group's direction exactly; groups within their limit and
     * blocks that aren't trained keep their bits.
     *
     * <p>{@link ClipRule.ByUnitRatio} takes its units as the paper's authors' code does
     * (github.com/google-deepmind/deepmind-research, nfnets/optim.py): a column of a weight matrix is a unit, a vector
     * such as a bias is one unit as a whole. The authors leave the last layer unclipped; here all layers are.
     *
     * @param flatGradient modified
     * @param flatParameters read by {@link ClipRule.ByUnitRatio} only; may be {@code null} for other rules
     * @param statistics of this gradient, as {@link #statistics} returned them
     * @throws IllegalStateException if the gradient isn't finite: no factor mends it, the step has to be skipped
     */
    public static ClipResult clip(
            INDArray flatGradient,
            INDArray flatParameters,
            FlatLayout layout,
            GradientStatistics statistics,
            ClipRule rule) {
        FlatVector gradient = FlatVector.of(flatGradient, layout, "GradientOps.clip", "flatGradient");
        Check.notNull(statistics, "GradientOps.clip", "statistics");
        Check.notNull(rule, "GradientOps.clip", "rule");
        if (!statistics.layout().equals(layout)) {
            throw InvalidInputException.of(
                    "GradientOps.clip",
                    "statistics of the same layout as the gradient",
                    statistics.layout().blocks().size() + " other blocks",
                    "Call statistics on this gradient first.");
        }
        refuseNonFinite(statistics);
        return new GradientClipper(
                        gradient,
                        () -> FlatVector.of(flatParameters, layout, "GradientOps.clip", "flatParameters"),
                        statistics)
                .clip(rule);
    }

    private static void refuseNonFinite(GradientStatistics statistics) {
        if (statistics.isFinite()) {
            return;
        }
        throw new IllegalStateException(
                "GradientOps.clip: expected a finite gradient, got " + statistics.describeNonFinite()
                        + ". Clipping can't mend it; skip this step, and look for its cause in the data, the learning rate or"
                        + " the initialisation.");
    }
}
