package org.steadygrad.health.prescribe;

import java.util.List;
import java.util.Optional;
import org.steadygrad.check.Cases;
import org.steadygrad.health.UpdateRatios;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.UpdaterSpec;

/** Learning rate, warm-up, schedule and update rule. */
final class StepSize {
    private static final String RATE = "training.updater.learningRate=";
    private static final double LARGEST_CHANGE = 1000;
    /** Rates closer together make no difference worth a prescription. */
    private static final double LEAST_CHANGE = 1.5;
    /** 0.1 % to 1 % of the weights is usual. */
    private static final double MOST = 10;

    private static final int WARM_UP = 100;

    /** Rates beyond which an update rule is hardly ever stable on weights of a usual size. */
    private static final Cases<UpdaterSpec, Double> BOUNDS = Cases.<UpdaterSpec, Double>of(UpdaterSpec.class)
            .on(UpdaterSpec.Sgd.class, u -> 0.5)
            .on(UpdaterSpec.Nesterovs.class, u -> 0.1)
            .on(UpdaterSpec.Adam.class, u -> 0.01)
            .on(UpdaterSpec.AmsGrad.class, u -> 0.01)
            .on(UpdaterSpec.Nadam.class, u -> 0.01)
            .on(UpdaterSpec.RmsProp.class, u -> 0.01)
            .on(UpdaterSpec.AdaGrad.class, u -> 0.1)
            .on(UpdaterSpec.AdaMax.class, u -> 0.02)
            .complete();

    private StepSize() {}

    /** By as much as the update-to-weight ratio is too large, or to a tenth. */
    static Optional<Prescription> lower(FindingInRun c) {
        double ratio = c.evidence("medianRatio", c.evidence("ratio", 0));
        double factor = ratio > UpdateRatios.HEALTHY ? Math.min(LARGEST_CHANGE, ratio / UpdateRatios.HEALTHY) : 10;
        return rate(
                c,
                1 / factor,
                ratio > UpdateRatios.HEALTHY
                        ? "A step changes weights by " + Finding.number(ratio) + " of their size; "
                                + UpdateRatios.HEALTHY + " is usual."
                        : "Steps that are too long leave the region where the gradient means anything.");
    }

    /** To a tenth. */
    static Optional<Prescription> lowerTenfold(FindingInRun c) {
        return rate(c, 0.1, "Steps that are too long leave the region where the gradient means anything.");
    }

    /** To a third. */
    static Optional<Prescription> lowerALittle(FindingInRun c) {
        return rate(c, 1.0 / 3, "Steps that are too long leave the region where the gradient means anything.");
    }

    /**
     * As far as the largest update-to-weight ratio of the network lets it, or tenfold when no ratio is known. Stands back where
     * that one is about right: what moves little then does so for want of a gradient, and the rest would blow up.
     */
    static Optional<Prescription> raise(FindingInRun c) {
        UpdateRatios updates = c.updates();
        if (!updates.known()) {
            return raise(c, 10);
        }
        String which = updates.uneven() ? " in the layer that moves most; " : "; ";
        return updates.room() < LEAST_CHANGE
                ? Optional.empty()
                : rate(
                        c,
                        Math.min(LARGEST_CHANGE, updates.room()),
                        "A step changes weights by " + Finding.number(updates.largest()) + " of their size" + which
                                + UpdateRatios.HEALTHY + " is usual.");
    }

    /** Tenfold. */
    static Optional<Prescription> raiseTenfold(FindingInRun c) {
        return raise(c, 10);
    }

    /** Threefold. */
    static Optional<Prescription> raiseALittle(FindingInRun c) {
        return raise(c, 3);
    }

    private static Optional<Prescription> raise(FindingInRun c, double factor) {
        return bears(c.updates(), factor)
                ? rate(c, factor, "The loss hardly moves, though nothing speaks against longer steps.")
                : Optional.empty();
    }

    /** Whether no update gets larger than {@value #MOST} times a healthy one. */
    static boolean bears(UpdateRatios updates, double factor) {
        return factor <= MOST * updates.room();
    }

    private static Optional<Prescription> rate(FindingInRun c, double factor, String reason) {
        double now = c.run().training().updater().learningRate();
        double most = BOUNDS.of(c.run().training().updater());
        double wanted = Math.min(now * factor, most);
        if (factor > 1 && wanted < LEAST_CHANGE * now) {
            return Optional.empty();
        }
        String then = FindingInRun.plain(wanted, 1);
        return FindingInRun.cure(
                "learning rate " + then,
                List.of(RATE + then),
                reason + " The learning rate is " + FindingInRun.plain(now, 3) + ".",
                Paper.LEARNING_RATE);
    }

    /** Over a tenth of the run. */
    static Optional<Prescription> warmUp(FindingInRun c) {
        Integer iterations = c.run().training().iterations();
        int steps = iterations == null ? WARM_UP : Math.max(1, iterations / 10);
        return c.run().training().warmup() >= steps
                ? Optional.empty()
                : FindingInRun.cure(
                        "warm-up over " + steps + " steps",
                        List.of("training.warmup=" + steps),
                        "Gradients are largest at the start, where the weights are random; a learning rate that rises"
                                + " from 0 gets past that.",
                        Paper.WARM_UP);
    }

    /** Towards the end of the run. */
    static Optional<Prescription> anneal(FindingInRun c) {
        return c.run().training().schedule() instanceof ScheduleSpec.Constant
                ? FindingInRun.cure(
                        "learning rate along a cosine to 0",
                        List.of("training.schedule=cosine"),
                        "The loss jumps about at a constant learning rate; one that falls lets it settle.",
                        Paper.COSINE)
                : Optional.empty();
    }

    /** A step size for each weight. */
    static Optional<Prescription> adaptive(FindingInRun c) {
        UpdaterSpec updater = c.run().training().updater();
        boolean plain = updater instanceof UpdaterSpec.Sgd || updater instanceof UpdaterSpec.Nesterovs;
        return plain
                ? FindingInRun.cure(
                        "Adam",
                        List.of("training.updater=adam"),
                        "Gradients of different sizes in different layers ask for different step sizes, which Adam"
                                + " finds.",
                        Paper.ADAM)
                : Optional.empty();
    }
}
