package org.steadygrad.health;

import java.util.List;
import java.util.Map;
import org.steadygrad.check.Counted;
import org.steadygrad.health.StepHistory.BlockHistory;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * {@code short-truncation} by its outcome: steps are of a fitting size, windows of truncated back-propagation are shorter than half the
 * sequences, and nothing better than guessing is learnt. A dependency that no window holds leaves no trace in any gradient.
 */
final class TruncationRule implements StepRule {
    private static final String RECURRENT = "_RW";

    private final HealthSpec spec;

    TruncationRule(HealthSpec spec) {
        this.spec = spec;
    }

    @Override
    public void look(StepHistory history, List<Finding> found) {
        RunFacts facts = history.facts();
        if (facts.window() > 0
                && 2L * facts.window() <= facts.longest()
                && LossRules.guesses(history)
                && !LearningRateRules.slow(history, spec)) {
            found.add(Finding.seen(
                    FindingKind.SHORT_TRUNCATION,
                    Severity.WARNING,
                    firstRecurrent(history),
                    "Windows of " + Counted.of(facts.window(), "step") + " of sequences of up to " + facts.longest()
                            + " teach nothing better than guessing ("
                            + history.learning().words()
                            + "): what decides may lie further back than a window reaches.",
                    Map.of("window", (double) facts.window(), "length", (double) facts.longest())));
        }
    }

    private static String firstRecurrent(StepHistory history) {
        return history.blocks().stream()
                .map(BlockHistory::parameter)
                .filter(block -> block.name().endsWith(RECURRENT))
                .map(ParameterBlock::layer)
                .findFirst()
                .orElse("");
    }
}
