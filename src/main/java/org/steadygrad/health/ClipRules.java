package org.steadygrad.health;

import java.util.List;
import java.util.Map;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * What clipping tells.
 *
 * <ul>
 *   <li>{@code clip-always}: the share of the last {@value StepHistory#WINDOW} steps that were clipped is
 *       {@code clip.always} or more. Where the updater makes up for it, as Adam does, this is for information; it is a
 *       warning when it makes steps so small that the loss hardly falls.
 *   <li>{@code clip-never}: none of the first {@code clip.never} steps was clipped, though clipping is set.
 * </ul>
 */
final class ClipRules implements StepRule {
    private final HealthSpec spec;

    ClipRules(HealthSpec spec) {
        this.spec = spec;
    }

    @Override
    public void look(StepHistory history, List<Finding> found) {
        RecentValues scales = history.clipScales();
        double share = share(scales);
        double norm = history.gradientNorms().median();
        if (scales.full() && share >= spec.clip().always()) {
            boolean harmful = LearningRateRules.slowByClipping(history, spec);
            found.add(Finding.seen(
                    FindingKind.CLIP_ALWAYS,
                    harmful ? Severity.WARNING : Severity.INFO,
                    "",
                    Finding.number(100 * share) + " % of the recent steps were clipped, to "
                            + Finding.number(scales.median())
                            + " of the gradient (median)"
                            + (harmful ? "; what is left of it hardly changes the weights." : "."),
                    Map.of("share", share, "medianScale", scales.median(), "medianNorm", norm)));
        } else if (history.facts().clips()
                && history.clipped() == 0
                && history.steps() >= spec.clip().never()) {
            found.add(Finding.seen(
                    FindingKind.CLIP_NEVER,
                    Severity.INFO,
                    "",
                    "Clipping hasn't acted in " + history.steps() + " steps; the norm of the gradient is "
                            + Finding.number(norm) + " (recent median).",
                    Map.of("steps", (double) history.steps(), "medianNorm", norm)));
        }
    }

    private static double share(RecentValues scales) {
        double clipped = 0;
        for (double scale : scales.values()) {
            clipped += scale < 1 ? 1 : 0;
        }
        return scales.size() == 0 ? 0 : clipped / scales.size();
    }
}
