package org.steadygrad.health.prescribe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.steadygrad.check.Cases;
import org.steadygrad.check.Counted;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.TrainingSpec;
import org.steadygrad.spec.UpdaterSpec;

/**
 * Settings of a run file that keep any model from learning. Where there is one it is the cause, and to undo it the only thing to
 * prescribe: a larger rate would make up for a warm-up of a million steps, until the warm-up is mended.
 */
public final class Causes {
    /** Part of the run beyond which a warm-up leaves too little of it. */
    private static final double MOST_WARM_UP = 0.5;
    /** Steps of a warm-up that is too long for a run of which only the epochs are known. */
    private static final int LONG_WARM_UP = 10_000;
    /** Share of the rate that a schedule leaves at least in the middle of the run. */
    private static final double LEAST_RATE = 0.02;
    /** Updates of a run of which only the epochs are known, to look at schedules. */
    private static final int SOME_UPDATES = 1000;

    private static final double MOST_EPSILON = 0.1;
    private static final double LEAST_NORM = 0.01;
    private static final double MOST_L2 = 0.02;
    private static final double MOST_L1 = 0.005;
    /** Share of the weights that decay takes off in a step at most. */
    private static final double MOST_DECAY = 0.01;

    private static final double MOST_DROPOUT = 0.8;

    /** The number that keeps an updater from dividing by 0. */
    private static final Cases<UpdaterSpec, OptionalDouble> EPSILON = Cases.<UpdaterSpec, OptionalDouble>of(
                    UpdaterSpec.class)
            .on(UpdaterSpec.Sgd.class, u -> OptionalDouble.empty())
            .on(UpdaterSpec.Nesterovs.class, u -> OptionalDouble.empty())
            .on(UpdaterSpec.Adam.class, u -> OptionalDouble.of(u.epsilon()))
            .on(UpdaterSpec.AmsGrad.class, u -> OptionalDouble.of(u.epsilon()))
            .on(UpdaterSpec.Nadam.class, u -> OptionalDouble.of(u.epsilon()))
            .on(UpdaterSpec.RmsProp.class, u -> OptionalDouble.of(u.epsilon()))
            .on(UpdaterSpec.AdaGrad.class, u -> OptionalDouble.of(u.epsilon()))
            .on(UpdaterSpec.AdaMax.class, u -> OptionalDouble.of(u.epsilon()))
            .complete();

    /** What a schedule leaves of the rate in the middle of a run, by its number of updates. */
    private static final Cases<ScheduleSpec, Function<Integer, Double>> HALFWAY =
            Cases.<ScheduleSpec, Function<Integer, Double>>of(ScheduleSpec.class)
                    .on(ScheduleSpec.Constant.class, s -> updates -> 1.0)
                    .on(ScheduleSpec.Step.class, s -> updates -> Math.pow(s.factor(), updates / 2 / s.every()))
                    .on(ScheduleSpec.Exponential.class, s -> updates -> Math.pow(s.factor(), updates / 2.0 / s.every()))
                    .on(ScheduleSpec.Cosine.class, s -> updates -> 0.5)
                    .on(ScheduleSpec.Linear.class, s -> updates -> 0.5)
                    .on(
                            ScheduleSpec.InverseSquareRoot.class,
                            s -> updates -> 1 / Math.sqrt(1 + updates / 2.0 / s.scale()))
                    .complete();

    private static final Cases<LayerSpec, Double> DROPOUT = Cases.<LayerSpec, Double>of(LayerSpec.class)
            .on(LayerSpec.Dense.class, LayerSpec.Dense::dropout)
            .on(LayerSpec.Stack.class, LayerSpec.Stack::dropout)
            .on(LayerSpec.Recurrent.class, LayerSpec.Recurrent::dropout)
            .on(LayerSpec.Output.class, LayerSpec.Output::dropout)
            .on(LayerSpec.Dropout.class, LayerSpec.Dropout::rate)
            .on(LayerSpec.Embedding.class, l -> 0.0)
            .on(LayerSpec.BatchNorm.class, l -> 0.0)
            .on(LayerSpec.Activate.class, l -> 0.0)
            .on(LayerSpec.Pool.class, l -> 0.0)
            .complete();

    private Causes() {}

    /** What a cause does. */
    public enum Effect {
        /** Steps are too small. */
        SLOW,
        /** Something else than the data is learnt. */
        DROWNED
    }

    /**
     * A setting at fault.
     *
     * @param words what is wrong with it
     * @param undoing the change that takes it away
     */
    public record Cause(Effect effect, String words, Prescription undoing) {}

    /** Those of a run, the likeliest first. */
    public static List<Cause> of(RunSpec run) {
        List<Cause> causes = new ArrayList<>();
        warmUp(run.training()).ifPresent(causes::add);
        schedule(run.training()).ifPresent(causes::add);
        epsilon(run.training()).ifPresent(causes::add);
        clip(run.training()).ifPresent(causes::add);
        penalties(run.training(), causes);
        dropout(run).ifPresent(causes::add);
        return causes;
    }

    private static Optional<Cause> warmUp(TrainingSpec training) {
        Integer updates = training.iterations();
        boolean tooLong =
                updates == null ? training.warmup() >= LONG_WARM_UP : training.warmup() > MOST_WARM_UP * updates;
        int enough = Math.max(1, (updates == null ? SOME_UPDATES : updates) / 10);
        return !tooLong
                ? Optional.empty()
                : cause(
                        Effect.SLOW,
                        "The warm-up takes " + Counted.of(training.warmup(), "step")
                                + (updates == null ? "" : " of a run of " + updates)
                                + ": until then the learning rate is a small part of what it is to be.",
                        "warm-up of " + Counted.of(enough, "step"),
                        List.of("training.warmup=" + enough),
                        Paper.WARM_UP);
    }

    private static Optional<Cause> schedule(TrainingSpec training) {
        int updates = training.iterations() == null ? SOME_UPDATES : training.iterations();
        double left = HALFWAY.of(training.schedule()).apply(updates);
        return left >= LEAST_RATE
                ? Optional.empty()
                : cause(
                        Effect.SLOW,
                        "In the middle of the run the schedule leaves " + Finding.number(left)
                                + " of the learning rate: nothing is learnt any more.",
                        "schedule that lasts for the run",
                        List.of("training.schedule=cosine"),
                        Paper.COSINE);
    }

    private static Optional<Cause> epsilon(TrainingSpec training) {
        OptionalDouble epsilon = EPSILON.of(training.updater());
        return epsilon.isEmpty() || epsilon.getAsDouble() < MOST_EPSILON
                ? Optional.empty()
                : cause(
                        Effect.SLOW,
                        "The updater's epsilon of " + FindingInRun.plain(epsilon.getAsDouble(), 3)
                                + " is larger than the gradients, so that steps are divided by it.",
                        "epsilon 0.00000001",
                        List.of("training.updater.epsilon=0.00000001"),
                        Paper.ADAM);
    }

    private static Optional<Cause> clip(TrainingSpec training) {
        boolean plain =
                training.updater() instanceof UpdaterSpec.Sgd || training.updater() instanceof UpdaterSpec.Nesterovs;
        return plain && training.clip() instanceof ClipSpec.GlobalNorm norm && norm.maxNorm() < LEAST_NORM
                ? cause(
                        Effect.SLOW,
                        "Gradients are clipped to a norm of " + FindingInRun.plain(norm.maxNorm(), 3)
                                + ", which gradient descent doesn't make up for.",
                        "clip the gradient's norm at 1",
                        List.of("training.clip={globalNorm: 1}"),
                        Paper.CLIPPING)
                : Optional.empty();
    }

    private static void penalties(TrainingSpec training, List<Cause> causes) {
        if (training.l2() > MOST_L2) {
            causes.add(penalty("l2", training.l2(), "0.0001"));
        }
        if (training.l1() > MOST_L1) {
            causes.add(penalty("l1", training.l1(), "0.00001"));
        }
        double decay = training.weightDecay() * training.updater().learningRate();
        if (decay > MOST_DECAY) {
            causes.add(penalty("weightDecay", training.weightDecay(), "0.01"));
        }
    }

    private static Cause penalty(String key, double now, String then) {
        return cause(
                        Effect.DROWNED,
                        "A penalty on weights of " + FindingInRun.plain(now, 3) + " (" + key
                                + ") outweighs what the data asks for: weights go to 0.",
                        key + " " + then,
                        List.of("training." + key + "=" + then),
                        Paper.WEIGHT_DECAY)
                .orElseThrow();
    }

    private static Optional<Cause> dropout(RunSpec run) {
        List<String> changes = new ArrayList<>();
        double most = 0;
        for (int i = 0; i < run.model().layers().size(); i++) {
            LayerSpec layer = run.model().layers().get(i);
            double rate = DROPOUT.of(layer);
            if (rate > MOST_DROPOUT) {
                String name = layer instanceof LayerSpec.Dropout ? "rate" : "dropout";
                changes.add(FindingInRun.key(run, i, name) + "=0.2");
                most = Math.max(most, rate);
            }
        }
        return changes.isEmpty()
                ? Optional.empty()
                : cause(
                        Effect.DROWNED,
                        "Dropout leaves out " + Finding.number(100 * most)
                                + " % of a layer's inputs: what is left says next to nothing.",
                        "dropout of 0.2",
                        changes,
                        Paper.DROPOUT);
    }

    private static Optional<Cause> cause(Effect effect, String words, String title, List<String> changes, Paper paper) {
        return FindingInRun.cure(title, changes, words, paper).map(undoing -> new Cause(effect, words, undoing));
    }
}
