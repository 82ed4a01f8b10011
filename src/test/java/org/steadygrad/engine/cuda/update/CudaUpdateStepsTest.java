package org.steadygrad.engine.cuda.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.steadygrad.engine.UpdateModels;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.UpdateTrial;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.LossScale;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ParameterUpdate;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.spec.Precision;

/** What only the CUDA engine's update does: tiles, graphs that are launched again, no waiting, scaled losses. */
@Tag("gpu")
class CudaUpdateStepsTest {
    private static final double TOLERANCE = 1e-5;
    private static final ClipRule NONE = new ClipRule.None();

    private static UpdateTrial trial(Function<DataType, ComputationGraphConfiguration> model) {
        return new UpdateTrial(model, plan -> new CudaUpdate(plan, Precision.FLOAT32));
    }

    private static CudaUpdate subject(UpdateTrial trial) {
        return (CudaUpdate) trial.subject();
    }

    /** Blocks of more than one tile that begin at all places modulo four; so do the second states. */
    private static Function<DataType, ComputationGraphConfiguration> odd(IUpdater updater, int outputs) {
        return UpdateModels.chain(
                updater,
                UpdateModels.dense(37, 41).l1(0.01).build(),
                new BatchNormalization.Builder().nIn(41).nOut(41).build(),
                UpdateModels.output(41, outputs).weightDecay(0.01).build());
    }

    /** From the third update on, everything is one graph; the rates that it works with still change. */
    @TestFactory
    Stream<DynamicTest> graphsTakeTheRatesThatAreSent() {
        List<ClipRule> rules = List.of(
                NONE,
                new ClipRule.ByValue(0.1),
                new ClipRule.ByTensorNorm(0.5),
                new ClipRule.ByLayerNorm(0.5),
                new ClipRule.ByGlobalNorm(0.5),
                new ClipRule.ByUnitRatio(0.1, 0.03));
        return rules.stream().flatMap(rule -> Stream.of(new Adam(0.01), new AMSGrad(0.01), new Nesterovs(0.01, 0.9))
                .flatMap(updater -> IntStream.of(4, 6, 7)
                        .filter(outputs -> outputs == 7 || rule == NONE || updater instanceof Adam)
                        .mapToObj(outputs -> DynamicTest.dynamicTest(rule + " " + updater + " " + outputs, () -> {
                            try (UpdateTrial trial = trial(odd(updater, outputs))) {
                                trial.run(
                                        5,
                                        rule,
                                        i -> UpdateTrial.constantRule(rule, i, i % 2 == 0 ? 1 : 0.3 + 0.2 * i),
                                        TOLERANCE);
                            }
                        }))));
    }

    /** More elements than tiles of the shortest length are made for; one unit that is longer than any tile. */
    @TestFactory
    Stream<DynamicTest> longTiles() {
        return Stream.of(new ClipRule.ByGlobalNorm(1), new ClipRule.ByUnitRatio(0.001, 0.01))
                .map(rule -> DynamicTest.dynamicTest(rule.toString(), () -> {
                    try (UpdateTrial trial = trial(UpdateModels.single(new Adam(0.01), 1_100_001))) {
                        trial.run(1, rule, i -> UpdateTrial.constantRule(rule, i, 1), TOLERANCE);
                    }
                }));
    }

    /** The rules may change from step to step, and with them the kernels that are needed. */
    @Test
    void eachStepHasItsOwnRule() {
        List<ClipRule> rules = List.of(NONE, new ClipRule.ByUnitRatio(0.1, 0.03), new ClipRule.ByGlobalNorm(0.5));
        try (UpdateTrial trial = trial(odd(new Adam(0.01), 7))) {
            Random random = new Random(3);
            for (int i = 0; i < 9; i++) {
                ClipRule clip = rules.get(i % 3);
                UpdateRule rule = UpdateTrial.constantRule(clip, i, 1);
                trial.gradient(random, 2);
                trial.applyReference(clip, rule);
                trial.apply(rule);
            }
            trial.assertClose(TOLERANCE);
        }
    }

    /** Waited for or not, from run to run: the same bits. */
    @Test
    void stepsThatAreNotWaitedFor() {
        try (UpdateTrial waiting = trial(odd(new Adam(0.01), 6));
                UpdateTrial ahead = trial(odd(new Adam(0.01), 6))) {
            waiting.gradient(new Random(8), 2);
            ahead.subject().setGradient(waiting.gradient());
            UpdateOutcome last = null;
            for (int i = 0; i < 4; i++) {
                last = waiting.apply(UpdateTrial.rule(new ClipRule.ByGlobalNorm(1), i, 1));
                subject(ahead).pass().enqueue(UpdateTrial.rule(NONE, i, 1), new ClipRule.ByGlobalNorm(1), 5, 2);
            }
            assertEquals(last, downloaded(subject(ahead)));
            assertArrayEquals(waiting.subject().parameters(), ahead.subject().parameters());
            assertArrayEquals(waiting.subject().state(), ahead.subject().state());
        }
    }

    private static UpdateOutcome downloaded(CudaUpdate update) {
        CudaRuntime runtime = update.model().runtime();
        try (PinnedMemory host = runtime.device().pinned(update.pass().resultBytes())) {
            runtime.stream().download(host, update.pass().results());
            runtime.stream().synchronize();
            return update.pass().outcome(host.content());
        }
    }

    @Test
    void policiesThatLearnAreAskedOncePerFiniteGradient() {
        int[] asked = new int[1];
        ClipPolicy policy = new ClipPolicy() {
            @Override
            public ClipRule decide(double globalNorm) {
                asked[0]++;
                return new ClipRule.ByGlobalNorm(globalNorm / 2);
            }

            @Override
            public Map<String, double[]> state() {
                return Map.of();
            }

            @Override
            public void restore(Map<String, double[]> saved) {}
        };
        try (UpdateTrial trial = trial(UpdateModels.single(new Sgd(0.1), 33))) {
            trial.gradient(new Random(1), 1);
            UpdateOutcome outcome = trial.apply(new UpdateRule(policy, 0, 0, 1));
            assertTrue(outcome.applied());
            assertEquals(0.5, outcome.clipScale(), 1e-12);
            trial.gradient()[32] = Float.NaN;
            assertFalse(trial.apply(new UpdateRule(policy, 1, 0, 1)).applied());
            assertEquals(1, asked[0]);
        }
    }

    @Test
    void statisticsOfWhatIsNotFinite() {
        try (UpdateTrial trial = trial(UpdateModels.single(new Adam(0.01), 2051))) {
            Arrays.fill(trial.gradient(), -10);
            trial.gradient()[0] = Float.NEGATIVE_INFINITY;
            trial.gradient()[1027] = -0f;
            trial.gradient()[1028] = Float.MIN_VALUE;
            GradientStatistics.Row row = statistics(trial);
            assertEquals(Double.POSITIVE_INFINITY, row.sumOfSquares());
            assertEquals(Double.POSITIVE_INFINITY, row.maxAbs());
            assertEquals(1, row.nonFinite());
            assertEquals(1, row.zeros());
            trial.gradient()[2050] = Float.NaN;
            row = statistics(trial);
            assertTrue(Double.isNaN(row.sumOfSquares()));
            assertTrue(Double.isNaN(row.maxAbs()));
            assertEquals(2, row.nonFinite());
        }
    }

    private static GradientStatistics.Row statistics(UpdateTrial trial) {
        return trial.apply(UpdateTrial.constantRule(NONE, 0, 1))
                .gradient()
                .rows()
                .get(0);
    }

    /** That the last step was fine says nothing of other parameters. */
    @Test
    void replacedParametersAreLookedAtAgain() {
        try (UpdateTrial trial = trial(UpdateModels.single(new Sgd(0.1), 17))) {
            trial.gradient(new Random(1), 1);
            UpdateRule rule = UpdateTrial.constantRule(NONE, 0, 1);
            assertTrue(trial.apply(rule).applied());
            float[] good = trial.subject().parameters();
            float[] bad = good.clone();
            bad[16] = Float.POSITIVE_INFINITY;
            trial.subject().setParameters(bad);
            assertFalse(trial.apply(rule).applied());
            assertArrayEquals(bad, trial.subject().parameters());
            trial.subject().setParameters(good);
            UpdateOutcome outcome = trial.apply(rule);
            assertTrue(outcome.applied());
            assertEquals(
                    norm(trial.subject().parameters()), outcome.blocks().get(0).weightNorm(), 1e-6);
        }
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    @Test
    void penaltiesAreThoseOfNd4j() {
        try (UpdateTrial trial = trial(odd(new Adam(0.01), 7))) {
            CudaUpdate update = subject(trial);
            float[] values = update.parameters();
            double expected = 0;
            for (ParameterUpdate of : trial.plan().updates()) {
                int from = (int) of.offset();
                float[] own = Arrays.copyOfRange(values, from, from + (int) of.length());
                INDArray parameter = Nd4j.createFromArray(own).castTo(DataType.DOUBLE);
                for (Regularization penalty : of.penalties()) {
                    expected += penalty.score(parameter, 0, 0);
                }
            }
            update.pass().penalties();
            assertTrue(expected > 0);
            assertEquals(expected, penalty(update), 1e-6 * expected);
        }
        try (UpdateTrial trial = trial(UpdateModels.single(new Adam(0.01), 7))) {
            subject(trial).pass().penalties();
            assertEquals(0, penalty(subject(trial)));
        }
    }

    private static double penalty(CudaUpdate update) {
        CudaRuntime runtime = update.model().runtime();
        try (PinnedMemory host = runtime.device().pinned(Double.BYTES)) {
            runtime.stream().download(host, update.model().numbers().penalty());
            runtime.stream().synchronize();
            return host.content().getDouble();
        }
    }

    /** The gradient is as many times too large as the loss is; running statistics are not. */
    @Test
    void scaledLosses() {
        try (UpdateTrial trial = new UpdateTrial(odd(new Adam(0.01), 7), p -> new CudaUpdate(p, Precision.FP16))) {
            CudaUpdate update = subject(trial);
            LossScale scale = update.model().lossScale();
            assertEquals(new LossScale.State(65536, 0), scale.state());
            UpdateRule rule = UpdateTrial.constantRule(new ClipRule.ByGlobalNorm(1), 0, 1);
            trial.gradient(new Random(4), 2);
            trial.applyReference(new ClipRule.ByGlobalNorm(1), rule);

            float[] scaled = scaled(trial, 65536);
            scaled[5] = Float.POSITIVE_INFINITY;
            update.setGradient(scaled);
            float[] before = update.parameters();
            assertFalse(update.apply(rule, 5, 2).applied());
            assertArrayEquals(before, update.parameters());
            assertEquals(new LossScale.State(32768, 0), scale.state());

            scale.restore(new LossScale.State(32768, 1999));
            update.setGradient(scaled(trial, 32768));
            UpdateOutcome outcome = update.apply(rule, 5, 2);
            assertTrue(outcome.applied());
            assertEquals(0.4 * Math.sqrt(0.9), outcome.gradient().rows().get(0).norm() / Math.sqrt(37 * 41), 0.02);
            trial.assertClose(TOLERANCE);
            assertEquals(new LossScale.State(65536, 0), scale.state());
        }
    }

    private static float[] scaled(UpdateTrial trial, float factor) {
        float[] gradient = trial.gradient().clone();
        for (ParameterUpdate update : trial.plan().updates()) {
            for (int i = 0; update.block().trained() && i < update.length(); i++) {
                gradient[(int) update.offset() + i] *= factor;
            }
        }
        return gradient;
    }
}
