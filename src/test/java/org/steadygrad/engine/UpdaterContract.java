package org.steadygrad.engine;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.ops.ClipRule;

/** Every updater against DL4J's own: what every engine that has updaters of its own must pass. */
public abstract class UpdaterContract implements UpdateSubject.Maker {
    private static final double TOLERANCE = 1e-5;

    /** How many updates are made with each updater. */
    protected int updates() {
        return 50;
    }

    private void run(UpdateTrial trial) {
        ClipRule none = new ClipRule.None();
        trial.run(updates(), none, iteration -> UpdateTrial.rule(none, iteration, 1), TOLERANCE);
    }

    /** Large epsilons show where in the formula they stand. */
    private static List<IUpdater> updaters() {
        return List.of(
                new NoOp(),
                new Sgd(0.01),
                new Nesterovs(0.01, 0.9),
                new Adam(0.01),
                new Adam(0.01, 0.8, 0.95, 0.1),
                new AMSGrad(0.01),
                new AMSGrad(0.01, 0.8, 0.95, 0.1),
                new Nadam(0.01),
                new Nadam(0.01, 0.8, 0.95, 0.1),
                new RmsProp(0.01),
                new RmsProp(0.01, 0.9, 0.1),
                new AdaGrad(0.01),
                new AdaGrad(0.01, 0.1),
                new AdaMax(0.01),
                new AdaMax(0.01, 0.8, 0.95, 0.1),
                TorchUpdater.adam(0.01, 0.9, 0.999, 1e-8),
                TorchUpdater.adam(0.01, 0.8, 0.95, 0.1),
                TorchUpdater.amsGrad(0.01, 0.8, 0.95, 0.1),
                TorchUpdater.nadam(0.01, 0.8, 0.95, 0.1),
                TorchUpdater.rmsProp(0.01, 0.9, 0.1),
                TorchUpdater.adaGrad(0.01, 0.1),
                TorchUpdater.adaMax(0.01, 0.8, 0.95, 0.1),
                new AdaDelta(),
                new AdaDelta(0.9, 0.1));
    }

    @TestFactory
    Stream<DynamicTest> manyUpdates() {
        return updaters().stream().flatMap(updater -> IntStream.of(1, 3, 7, 17, 33, 5000)
                .mapToObj(size -> DynamicTest.dynamicTest(updater + " of " + size, () -> {
                    try (UpdateTrial trial = new UpdateTrial(UpdateModels.single(updater, size), this)) {
                        run(trial);
                    }
                })));
    }

    private static IUpdater follows(IUpdater updater, ISchedule schedule) {
        updater.setLrAndSchedule(1, schedule);
        return updater;
    }

    @TestFactory
    Stream<DynamicTest> schedules() {
        ExponentialSchedule shrinking = new ExponentialSchedule(ScheduleType.ITERATION, 0.02, 0.95);
        StepSchedule perEpoch = new StepSchedule(ScheduleType.EPOCH, 0.9, 0.7, 2);
        // Where the rate is 0, ND4J's Adam takes epsilon instead.
        MapSchedule fromZero = new MapSchedule(ScheduleType.ITERATION, Map.of(0, 0.0, 7, 0.01, 30, 0.002));
        return Stream.of(
                        new Sgd(shrinking),
                        new Nesterovs(shrinking, perEpoch),
                        new Adam(shrinking),
                        new Adam(fromZero),
                        new AMSGrad(fromZero),
                        new Nadam(fromZero),
                        new AdaMax(fromZero),
                        new RmsProp(shrinking),
                        follows(TorchUpdater.adam(1, 0.9, 0.999, 1e-8), fromZero),
                        follows(TorchUpdater.nadam(1, 0.9, 0.999, 1e-8), fromZero),
                        follows(TorchUpdater.adaMax(1, 0.9, 0.999, 1e-8), fromZero),
                        follows(TorchUpdater.adaGrad(1, 1e-10), shrinking))
                .map(updater -> DynamicTest.dynamicTest(updater.toString(), () -> {
                    try (UpdateTrial trial = new UpdateTrial(UpdateModels.single(updater, 33), this)) {
                        run(trial);
                    }
                }));
    }
}
