package org.steadygrad.health.prescribe;

import java.util.List;
import java.util.Optional;
import org.steadygrad.health.Finding;
import org.steadygrad.health.Prescription;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.UpdaterSpec;

/** Learning rate, warm-up, schedule and update rule. */
final class StepSize {
    /** Share of the weights that a healthy step changes, by order of magnitude. */
    static final double HEALTHY_RATIO = 1e-3;

    private static final String RATE = "training.updater.learningRate=";
    private static final double LARGEST_CHANGE = 1000;
    private static final int WARM_UP = 100;

    private StepSize() {}

    /** By as much as the update-to-weight ratio is too large, or to a tenth. */
    static Optional<Prescription> lower(Case c) {
        double ratio = c.evidence("medianRatio", c.evidence("ratio", 0));
        double factor = ratio > HEALTHY_RATIO ? Math.min(LARGEST_CHANGE, ratio / HEALTHY_RATIO) : 10;
        return rate(
                c,
                1 / factor,
                ratio > HEALTHY_RATIO
                        ? "A step changes weights by " + Finding.number(ratio) + " of their size; " + HEALTHY_RATIO
                                + " is usual."
                        : "Steps that are too long leave the region where the gradient means anything.");
    }

    /** To a tenth. */
    static Optional<Prescription> lowerTenfold(Case c) {
        return rate(c, 0.1, "Steps that are too long leave the region where the gradient means anything.");
    }

    /** To a third. */
    static Optional<Prescription> lowerALittle(Case c) {
        return rate(c, 1.0 / 3, "Steps that are too long leave the region where the gradient means anything.");
    }

    /** By as much as the update-to-weight ratio is too small, or tenfold. */
    static Optional<Prescription> raise(Case c) {
        double ratio = c.evidence("medianRatio", c.evidence("ratio", 0));
        boolean measured = ratio > 0 && ratio < HEALTHY_RATIO;
        double factor = measured ? Math.min(LARGEST_CHANGE, HEALTHY_RATIO / ratio) : 10;
        return rate(
                c,
                factor,
                measured
                        ? "A step changes weights by " + Finding.number(ratio) + " of their size; " + HEALTHY_RATIO
                                + " is usual."
                        : "The loss hardly moves, though nothing speaks against longer steps.");
    }

    /** Tenfold. */
    static Optional<Prescription> raiseTenfold(Case c) {
        return rate(c, 10, "The loss hardly moves, though nothing speaks against longer steps.");
    }

    /** Threefold. */
    static Optional<Prescription> raiseALittle(Case c) {
        return rate(c, 3, "The loss hardly moves, though nothing speaks against longer steps.");
    }

    private static Optional<Prescription> rate(Case c, double factor, String reason) {
        double now = c.run().training().updater().learningRate();
        String then = Case.plain(now * factor, 1);
        return Case.cure(
                "learning rate " + then,
                List.of(RATE + then),
                reason + " The learning rate is " + Case.plain(now, 3) + ".",
                Paper.LEARNING_RATE);
    }

    /** Over a tenth of the run. */
    static Optional<Prescription> warmUp(Case c) {
        Integer iterations = c.run().training().iterations();
        int steps = iterations == null ? WARM_UP : Math.max(1, iterations / 10);
        return c.run().training().warmup() >= steps
                ? Optional.empty()
                : Case.cure(
                        "warm-up over " + steps + " steps",
                        List.of("training.warmup=" + steps),
                        "Gradients are largest at the start, where the weights are random; a learning rate that rises from"
                                + " 0 gets past that.",
                        Paper.WARM_UP);
    }

    /** Towards the end of the run. */
    static Optional<Prescription> anneal(Case c) {
        return c.run().training().schedule() instanceof ScheduleSpec.Constant
                ? Case.cure(
                        "learning rate along a cosine to 0",
                        List.of("training.schedule=cosine"),
                        "The loss jumps about at a constant learning rate; one that falls lets it settle.",
                        Paper.COSINE)
                : Optional.empty();
    }

    /** A step size for each weight. */
    static Optional<Prescription> adaptive(Case c) {
        UpdaterSpec updater = c.run().training().updater();
        boolean plain = updater instanceof UpdaterSpec.Sgd || updater instanceof UpdaterSpec.Nesterovs;
        return plain
                ? Case.cure(
                        "Adam",
                        List.of("training.updater=adam"),
                        "Gradients of different sizes in different layers ask for different step sizes, which Adam finds.",
                        Paper.ADAM)
                : Optional.empty();
    }
}
