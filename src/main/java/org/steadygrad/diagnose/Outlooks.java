package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.steadygrad.health.prescribe.Causes;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;

/**
 * What findings before training are worth. Added are those that no measurement of first steps shows and the run file says: {@link Causes}.
 * For information only are those that sound runs have as well, so that only training can tell: a gradient that grows slowly from layer to
 * layer where there are residual connections, and one that doesn't reach the far end of sequences, where the data has what tells the answer
 * nearer than that ({@link TellingSteps}); of gated cells whose gates aren't closed also where it isn't known that the task needs it to.
 */
final class Outlooks {
    /** Growth per layer beyond which no network learns. */
    private static final double VIOLENT = 2;
    /** Share of a cell's state that an open forget gate keeps at each step, at least. */
    private static final double KEPT = 0.2;

    private static final String ONLY_TRAINING_TELLS = "Sound runs may have that as well; training will tell.";

    private Outlooks() {}

    /**
     * @param lag whether it is known how far back the task reaches
     * @param telling where the data has what tells the answer; asked for where that matters only
     */
    static List<Finding> judged(
            List<Finding> findings, RunSpec run, boolean lag, Supplier<Optional<TellingSteps>> telling) {
        List<Finding> judged = new ArrayList<>();
        for (Finding finding : findings) {
            boolean memory = finding.kind() == FindingKind.VANISHING_THROUGH_TIME && !lag;
            if (memory) {
                judged.add(remembered(finding, run, telling.get()));
            } else {
                judged.add(harmless(finding, run) ? finding.as(Severity.INFO).because(ONLY_TRAINING_TELLS) : finding);
            }
        }
        for (Causes.Cause cause : Causes.of(run)) {
            FindingKind kind =
                    cause.effect() == Causes.Effect.SLOW ? FindingKind.LEARNING_RATE_TOO_LOW : FindingKind.LOSS_PLATEAU;
            judged.removeIf(finding -> finding.kind() == kind);
            judged.add(new Finding(kind.id(), Severity.WARNING, "", 0, 1, cause.words(), Map.of(), List.of()));
        }
        return judged;
    }

    /** What a gradient that fades through time is worth, where the task's lag isn't known. */
    private static Finding remembered(Finding finding, RunSpec run, Optional<TellingSteps> telling) {
        double horizon = finding.evidence().getOrDefault("horizon", Double.POSITIVE_INFINITY);
        int nearest = telling.map(TellingSteps::nearest).orElse(0);
        if (nearest > horizon) {
            return finding.because("The nearest input that tells the answer by itself lies " + nearest
                    + " steps before the end (correlation "
                    + Finding.number(telling.orElseThrow().correlation()) + ").");
        }
        if (nearest > 0) {
            return finding.as(Severity.INFO)
                    .because("Inputs " + nearest + " steps before the end and nearer tell the answer. "
                            + ONLY_TRAINING_TELLS);
        }
        boolean gates = run.model().layers().stream().noneMatch(LayerSpec.Rnn.class::isInstance);
        boolean mayLearn = gates && !closed(run) && finding.severity() != Severity.ERROR;
        return mayLearn ? finding.as(Severity.INFO).because(ONLY_TRAINING_TELLS) : finding;
    }

    /** Whether forget gates start so far closed that next to nothing is kept from step to step. */
    private static boolean closed(RunSpec run) {
        return run.model().layers().stream()
                .anyMatch(layer -> layer instanceof LayerSpec.Lstm lstm
                        && lstm.chrono() == 0
                        && 1 / (1 + Math.exp(-lstm.forgetBias())) < KEPT);
    }

    private static boolean harmless(Finding finding, RunSpec run) {
        List<LayerSpec> layers = run.model().layers();
        double perLayer = finding.evidence().getOrDefault("factorPerLayer", Double.POSITIVE_INFINITY);
        return switch (finding.kind()) {
            case EXPLODING_GRADIENT ->
                perLayer < VIOLENT
                        && layers.stream()
                                .anyMatch(layer -> layer instanceof LayerSpec.Stack stack && stack.residual());
            default -> false;
        };
    }
}
