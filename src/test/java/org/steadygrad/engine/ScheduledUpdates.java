package org.steadygrad.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L1Regularization;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.CycleSchedule;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.RampSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.SigmoidSchedule;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.ops.ClipRule;

/**
 * Plain gradient descent on four weights whose rate or penalties follow a schedule, and the schedule's formula.
 *
 * @param schedule one of DL4J's
 * @param byEpoch whether it counts epochs instead of updates
 * @param value by count
 */
record ScheduledUpdates(ISchedule schedule, boolean byEpoch, IntToDoubleFunction value) {
    static final int[] COUNTS = {0, 1, 2, 9, 50, 1_000_000, Integer.MAX_VALUE - 1};
    static final float[] WEIGHTS = {0.5f, -0.25f, 0, 2};
    static final float[] GRADIENT = {1, -1e-8f, 0.125f, 1e4f};

    private static final double RATE = 0.1;
    private static final double L1 = 0.3;

    static Stream<ScheduledUpdates> all() {
        return Stream.of(ScheduleType.ITERATION, ScheduleType.EPOCH).flatMap(type -> {
            boolean byEpoch = type == ScheduleType.EPOCH;
            return Stream.of(
                    new ScheduledUpdates(new ExponentialSchedule(type, 0.2, 0.9), byEpoch, t -> 0.2 * Math.pow(0.9, t)),
                    new ScheduledUpdates(
                            new InverseSchedule(type, 0.2, 0.1, 2), byEpoch, t -> 0.2 / Math.pow(1 + 0.1 * t, 2)),
                    new ScheduledUpdates(
                            new MapSchedule(type, Map.of(0, 0.2, 2, 0.05)), byEpoch, t -> t < 2 ? 0.2 : 0.05),
                    // ND4J 1.0.0-M2.1's rises, to four times as much here, before it falls to 0
                    new ScheduledUpdates(
                            new PolySchedule(type, 0.2, 2, 40),
                            byEpoch,
                            t -> t < 40 ? 0.2 * Math.pow(1 + t / 40.0, 2) : 0),
                    new ScheduledUpdates(
                            new SigmoidSchedule(type, 0.2, -0.5, 5),
                            byEpoch,
                            t -> 0.2 / (1 + Math.exp(0.5 * (t - 5.0)))),
                    new ScheduledUpdates(new StepSchedule(type, 0.2, 0.5, 3), byEpoch, t -> 0.2 * Math.pow(0.5, t / 3)),
                    new ScheduledUpdates(new CycleSchedule(type, 0.1, 0.2, 10, 2, 0.5), byEpoch, t -> cycle(t % 10)),
                    new ScheduledUpdates(
                            new RampSchedule(new FixedSchedule(0.2), 5), false, t -> t < 4 ? 0.2 * (t + 1) / 5 : 0.2));
        });
    }

    /** Up for four, down for four, then two of half as much and less. */
    private static double cycle(int within) {
        double increment = 0.1 / 4;
        if (within < 4) {
            return 0.1 + increment * within;
        }
        return within < 8 ? 0.2 - increment * (within - 4) : 0.1 * Math.pow(0.5, within - 8.0);
    }

    Function<DataType, ComputationGraphConfiguration> rate() {
        return UpdateModels.chain(
                new Sgd(schedule),
                UpdateModels.output(WEIGHTS.length, 1).hasBias(false).build());
    }

    /** What the rate's schedule makes of the weights. */
    double[] afterRate(int count) {
        double[] after = new double[WEIGHTS.length];
        for (int i = 0; i < after.length; i++) {
            after[i] = WEIGHTS[i] - value.applyAsDouble(count) * GRADIENT[i];
        }
        return after;
    }

    /** L2 and both kinds of weight decay follow the schedule; L1 is fixed. */
    Function<DataType, ComputationGraphConfiguration> penalties() {
        OutputLayer layer =
                UpdateModels.output(WEIGHTS.length, 1).hasBias(false).build();
        layer.setRegularization(List.of(
                new L1Regularization(L1),
                new L2Regularization(schedule),
                new WeightDecay(schedule, true),
                new WeightDecay(schedule, false)));
        return UpdateModels.chain(new Sgd(RATE), layer);
    }

    double[] afterPenalties(int count) {
        double coefficient = value.applyAsDouble(count);
        double[] after = new double[WEIGHTS.length];
        for (int i = 0; i < after.length; i++) {
            double w = WEIGHTS[i];
            double gradient = GRADIENT[i] + L1 * Math.signum(w) + coefficient * w;
            after[i] = w - RATE * gradient - RATE * coefficient * w - coefficient * w;
        }
        return after;
    }

    UpdateRule rule(int count) {
        int updates = byEpoch ? 3 : count;
        int epochs = byEpoch ? count : 3;
        return new UpdateRule(EngineSubject.always(new ClipRule.None()), updates, epochs, 1);
    }

    @Override
    public String toString() {
        return schedule + (byEpoch ? " by epochs" : " by updates");
    }
}
