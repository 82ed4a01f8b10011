package org.steadygrad.health.prescribe;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.TrainingSpec;

/** Clipping, with thresholds taken from the norms that were seen. Needs no run file. */
final class Clipping {
    private static final double DEFAULT_NORM =
            TrainingSpec.defaults().clip() instanceof ClipSpec.GlobalNorm norm ? norm.maxNorm() : 1;
    private static final int FEWEST = 3;

    private Clipping() {}

    /** A norm that ordinary steps keep to; for a gradient that grows beyond all bounds, at most the default. */
    static Optional<Prescription> bound(Finding finding, double[] norms, Optional<ClipSpec> present) {
        boolean outliers =
                finding.id().equals("gradient-spikes") || finding.id().equals("loss-spikes");
        double[] sorted = usable(norms);
        boolean known = sorted.length >= FEWEST;
        double seen = known ? quantile(sorted, outliers ? 0.9 : 0.25) : DEFAULT_NORM;
        double limit = outliers ? seen : Math.min(seen, DEFAULT_NORM);
        boolean tighter = present.map(
                        clip -> !(clip instanceof ClipSpec.GlobalNorm norm) || norm.maxNorm() > 1.5 * limit)
                .orElse(true);
        if (!tighter) {
            return Optional.empty();
        }
        String history = !known
                ? "No finite norms were seen to choose by, so the threshold is the default."
                : "Of " + sorted.length + " norms seen the median is " + Finding.number(quantile(sorted, 0.5))
                        + " and the largest " + Finding.number(sorted[sorted.length - 1]) + ".";
        return FindingInRun.cure(
                "clip the gradient's norm at " + FindingInRun.plain(limit, 2),
                List.of("training.clip={globalNorm: " + FindingInRun.plain(limit, 2) + "}"),
                "A bound on the norm keeps a step's direction and stops single gradients from undoing what was learnt. "
                        + history,
                Paper.CLIPPING);
    }

    /** A threshold that follows the norms down as training goes on. */
    static Optional<Prescription> follow(Finding finding, double[] norms, Optional<ClipSpec> present) {
        if (present.filter(ClipSpec.HistoryQuantile.class::isInstance).isPresent()) {
            return Optional.empty();
        }
        return FindingInRun.cure(
                "clip at a quantile of the norms so far",
                List.of("training.clip={historyQuantile: {percentile: 25}}"),
                "The gradient's norm changes by orders of magnitude here, so that no fixed threshold fits for long; a"
                        + " quantile of the history does.",
                Paper.AUTO_CLIP);
    }

    /** Pulls back only norms that stand out. */
    static Optional<Prescription> outliers(Finding finding, double[] norms, Optional<ClipSpec> present) {
        if (present.filter(ClipSpec.ZScore.class::isInstance).isPresent()) {
            return Optional.empty();
        }
        return FindingInRun.cure(
                "clip norms that stand out",
                List.of("training.clip={zScore: {}}"),
                "Single gradients stand out from the others; a z-score finds them without a threshold to choose.",
                Paper.Z_CLIP);
    }

    /** Relative to each unit's weights. */
    static Optional<Prescription> relative(Finding finding, double[] norms, Optional<ClipSpec> present) {
        if (present.filter(ClipSpec.UnitRatio.class::isInstance).isPresent()) {
            return Optional.empty();
        }
        return FindingInRun.cure(
                "clip relative to the weights",
                List.of("training.clip={unitRatio: {}}"),
                "Bounds every unit's gradient relative to its weights, which a bound on the whole gradient's norm"
                        + " doesn't.",
                Paper.UNIT_RATIO);
    }

    /** A threshold that lets ordinary steps through. */
    static Optional<Prescription> loosen(Finding finding, double[] norms, Optional<ClipSpec> present) {
        double[] sorted = usable(norms);
        if (sorted.length < FEWEST) {
            return Optional.empty();
        }
        double limit = quantile(sorted, 0.9);
        boolean looser = present.map(clip -> !(clip instanceof ClipSpec.GlobalNorm norm) || norm.maxNorm() < limit)
                .orElse(true);
        return !looser
                ? Optional.empty()
                : FindingInRun.cure(
                        "clip only the largest tenth",
                        List.of("training.clip={globalNorm: " + FindingInRun.plain(limit, 2) + "}"),
                        "A clip that acts on every step is a learning rate in disguise. Nine in ten of the norms seen"
                                + " lie below " + Finding.number(limit) + ".",
                        Paper.CLIPPING);
    }

    /** A threshold that some step might reach. */
    static Optional<Prescription> guardOutliers(Finding finding, double[] norms, Optional<ClipSpec> present) {
        double[] sorted = usable(norms);
        if (sorted.length < FEWEST) {
            return Optional.empty();
        }
        double limit = 2 * sorted[sorted.length - 1];
        boolean tighter = present.map(
                        clip -> !(clip instanceof ClipSpec.GlobalNorm norm) || norm.maxNorm() > 1.5 * limit)
                .orElse(true);
        return !tighter
                ? Optional.empty()
                : FindingInRun.cure(
                        "a threshold within reach",
                        List.of("training.clip={globalNorm: " + FindingInRun.plain(limit, 2) + "}"),
                        "The largest norm seen is " + Finding.number(sorted[sorted.length - 1])
                                + "; a threshold of twice that leaves ordinary steps alone and still stops an outlier.",
                        Paper.CLIPPING);
    }

    private static double[] usable(double[] norms) {
        return Arrays.stream(norms)
                .filter(n -> Double.isFinite(n) && n > 0)
                .sorted()
                .toArray();
    }

    /** @param sorted ascending, not empty */
    private static double quantile(double[] sorted, double share) {
        return sorted[(int) Math.round(share * (sorted.length - 1))];
    }
}
