package org.steadygrad.train;

import java.util.List;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.health.ScoredSteps;

/**
 * Losses per scored time step, which compare whatever the length of sequences.
 *
 * @param formats of the sequences that the network takes
 */
record LossPerStep(SequenceFormats formats) {

    /** Of a step; NaN when nothing is scored. */
    double of(StepOutcome outcome) {
        return of(outcome.step().passes(), outcome.losses());
    }

    /** Of passes whose gradients are averaged; NaN when nothing is scored. */
    double of(List<Pass> passes, List<Double> losses) {
        return ScoredSteps.meanLoss(
                passes.stream().map(pass -> formats.inspected(pass.batch())).toList(),
                losses.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
