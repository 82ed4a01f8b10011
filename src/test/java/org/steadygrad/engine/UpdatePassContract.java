package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.ParameterBlock.Kind;

/**
 * Whole updates: every kind of clipping, penalties, parameters of all kinds and with updaters of their own. What every engine
 * that has an update pass of its own must pass.
 */
public abstract class UpdatePassContract implements UpdateSubject.Maker {
    protected static final double TOLERANCE = 1e-5;

    protected static final List<ClipRule> RULES = List.of(
            new ClipRule.None(),
            new ClipRule.ByValue(0.1),
            new ClipRule.ByValue(1e6),
            new ClipRule.ByTensorNorm(0.5),
            new ClipRule.ByLayerNorm(0.5),
            new ClipRule.ByGlobalNorm(0.5),
            new ClipRule.ByGlobalNorm(1e6),
            new ClipRule.ByGlobalNorm(0),
            new ClipRule.ByUnitRatio(0.1, 0.03),
            new ClipRule.ByUnitRatio(1e6, 1));

    protected static Function<DataType, ComputationGraphConfiguration> mixed() {
        return UpdateModels.chain(
                new Adam(0.01),
                UpdateModels.dense(3, 17)
                        .biasUpdater(new Sgd(0.1))
                        .l1(0.01)
                        .l2(0.02)
                        .l1Bias(0.03)
                        .build(),
                new BatchNormalization.Builder().nIn(17).nOut(17).build(),
                UpdateModels.dense(17, 7)
                        .updater(new Nesterovs(new ExponentialSchedule(ScheduleType.ITERATION, 0.01, 0.95), 0.8))
                        .weightDecay(0.05, true)
                        .build(),
                new FrozenLayer(UpdateModels.dense(7, 5).l2(0.1).build()),
                UpdateModels.dense(5, 5)
                        .updater(new RmsProp(0.01))
                        .weightDecay(0.03, false)
                        .weightDecayBias(0.02)
                        .build(),
                UpdateModels.dense(5, 33).l2(0.05).build(),
                UpdateModels.output(33, 3).l2Bias(0.02).build());
    }

    /** How many updates are made with each rule. */
    protected int updates() {
        return 50;
    }

    @TestFactory
    Stream<DynamicTest> manyUpdates() {
        return RULES.stream().flatMap(rule -> Stream.of(1.0, 0.25)
                .map(scale -> DynamicTest.dynamicTest(rule + ", learning rate times " + scale, () -> {
                    try (UpdateTrial trial = new UpdateTrial(mixed(), this)) {
                        trial.run(updates(), rule, iteration -> UpdateTrial.rule(rule, iteration, scale), TOLERANCE);
                    }
                })));
    }

    @Test
    void theModelHasParametersOfAllKinds() {
        try (UpdateTrial trial = new UpdateTrial(mixed(), this)) {
            for (Kind kind : Kind.values()) {
                assertTrue(trial.plan().layout().blocks().stream().anyMatch(block -> block.kind() == kind));
            }
        }
    }

    @Test
    void frozenParametersStayWhateverLiesInTheirGradient() {
        try (UpdateTrial trial = new UpdateTrial(mixed(), this)) {
            float[] before = trial.subject().parameters();
            trial.gradient(new Random(1), 1);
            int frozen = (int) trial.plan().layout().blocks().stream()
                    .filter(block -> block.kind() == Kind.FROZEN)
                    .findFirst()
                    .orElseThrow()
                    .offset();
            trial.gradient()[frozen] = Float.NaN;
            UpdateOutcome outcome = trial.apply(UpdateTrial.rule(new ClipRule.ByGlobalNorm(1), 0, 1));
            assertTrue(outcome.applied());
            float[] after = trial.subject().parameters();
            int changed = 0;
            for (int i = 0; i < before.length; i++) {
                changed += before[i] == after[i] ? 0 : 1;
            }
            assertEquals(before[frozen], after[frozen]);
            assertEquals(before.length - 7 * 5 - 5, changed, 40);
            for (int i = 0; i < outcome.blocks().size(); i++) {
                boolean still = trial.plan().layout().blocks().get(i).kind() == Kind.FROZEN;
                assertEquals(still, outcome.blocks().get(i).updateNorm() == 0);
                assertTrue(outcome.blocks().get(i).weightNorm() > 0);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsNotFiniteChangesNothing() {
        return Stream.of(Kind.TRAINED, Kind.STATISTIC)
                .flatMap(kind -> Stream.of(Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY)
                        .map(value -> DynamicTest.dynamicTest(kind + " " + value, () -> {
                            try (UpdateTrial trial = new UpdateTrial(mixed(), this)) {
                                trial.gradient(new Random(2), 1);
                                trial.apply(UpdateTrial.rule(new ClipRule.None(), 0, 1));
                                int at = (int) trial.plan().layout().blocks().stream()
                                        .filter(block -> block.kind() == kind)
                                        .reduce((first, last) -> last)
                                        .orElseThrow()
                                        .offset();
                                trial.gradient()[at] = value;
                                UpdateOutcome outcome = assertRefused(trial, new ClipRule.ByGlobalNorm(1));
                                assertEquals(1, outcome.gradient().nonFinite());
                                assertEquals(1, outcome.clipScale());
                            }
                        })));
    }

    private UpdateOutcome assertRefused(UpdateTrial trial, ClipRule clip) {
        float[] parameters = trial.subject().parameters();
        float[] state = trial.subject().state();
        UpdateOutcome outcome = trial.apply(UpdateTrial.rule(clip, 1, 1));
        assertFalse(outcome.applied());
        assertArrayEquals(parameters, trial.subject().parameters());
        assertArrayEquals(state, trial.subject().state());
        for (UpdateOutcome.BlockUpdate block : outcome.blocks()) {
            assertEquals(0, block.updateNorm());
            assertTrue(block.weightNorm() > 0);
        }
        return outcome;
    }

    /** The largest floats: their norm is finite in double, clipped they make a step as good as any. */
    @TestFactory
    Stream<DynamicTest> hugeGradients() {
        return Stream.of(3.0, 1e17, 1e19, 5e37).flatMap(magnitude -> Stream.of(
                        new ClipRule.ByGlobalNorm(1), new ClipRule.ByGlobalNorm(1e-3), new ClipRule.ByValue(1))
                .map(rule -> DynamicTest.dynamicTest(magnitude + " " + rule, () -> {
                    try (UpdateTrial trial = new UpdateTrial(UpdateModels.single(new Adam(0.01), 5000), this)) {
                        trial.gradient(new Random(3), magnitude);
                        trial.applyReference(rule, UpdateTrial.rule(rule, 0, 1));
                        UpdateOutcome outcome = trial.apply(UpdateTrial.rule(rule, 0, 1));
                        assertTrue(outcome.applied());
                        trial.assertClose(TOLERANCE);
                    }
                })));
    }

    private record Overflow(IUpdater updater, double magnitude) {}

    /** Overflows in the updater itself: squares, the step, and a division by zero. */
    @TestFactory
    Stream<DynamicTest> updatersThatOverflowChangeNothing() {
        return Stream.of(
                        new Overflow(new Adam(0.01), 1e21),
                        new Overflow(new RmsProp(0.01), 1e21),
                        new Overflow(new Sgd(1e6), 1e35),
                        new Overflow(new Nesterovs(1e6, 0.9), 1e35),
                        new Overflow(new Adam(0.01, 0.9, 0.999, 0), 1),
                        new Overflow(new Sgd(Double.NaN), 1))
                .map(test -> DynamicTest.dynamicTest(test.toString(), () -> {
                    try (UpdateTrial trial = new UpdateTrial(UpdateModels.single(test.updater(), 5000), this)) {
                        trial.gradient(new Random(4), test.magnitude());
                        assertRefused(trial, new ClipRule.None());
                    }
                }));
    }

    @Test
    void overflowAfterAnOrdinaryUpdate() {
        try (UpdateTrial trial = new UpdateTrial(UpdateModels.single(new Adam(0.01), 5000), this)) {
            trial.gradient(new Random(5), 1);
            assertTrue(trial.apply(UpdateTrial.rule(new ClipRule.None(), 0, 1)).applied());
            trial.gradient(new Random(5), 1e21);
            assertRefused(trial, new ClipRule.None());
        }
    }
}
