package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Exchanger;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Sgd;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.step.GradientExchange;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.ClipSpec;

/** Gradients that are replaced between their computation and the update, as where several engines share a batch. */
public interface GradientExchangeContract extends EngineSubject {
    int STEPS = 6;
    int EXAMPLES = 8;
    int FIRST_PART = 5;

    private static ComputationGraph model() {
        return new ContractCase(
                        "Adam, decay",
                        chain(
                                        graphOn(InputType.recurrent(3), new Adam(0.01)),
                                        new LSTM.Builder().nOut(5).l2(0.01).build(),
                                        new LastTimeStep(
                                                new LSTM.Builder().nOut(4).build()),
                                        dense(5),
                                        classes(3))
                                .build(),
                        batch(0))
                .model();
    }

    private static MultiDataSet batch(int number) {
        ContractData data = new ContractData(90 + number);
        return ContractData.batch(
                data.normal(EXAMPLES, 3, 6),
                data.oneHot(EXAMPLES, 3),
                ContractData.mask(6, 6, 2, 3, 6, 1, 4, 6, 5),
                null);
    }

    private static MultiDataSet part(MultiDataSet batch, int from, int to) {
        return ContractData.batch(
                rows(batch.getFeatures(0), from, to),
                rows(batch.getLabels(0), from, to),
                rows(batch.getFeaturesMaskArray(0), from, to),
                null);
    }

    private static INDArray rows(INDArray array, int from, int to) {
        return array.get(NDArrayIndex.interval(from, to)).dup();
    }

    /** Takes every step as it comes; clips, so that a gradient that is too long or short doesn't pass unseen. */
    final class Taking implements StepPolicy {
        private final List<StepOutcome> outcomes = new ArrayList<>();
        private int updates;

        @Override
        public UpdateRule rule(int ahead) {
            return new UpdateRule(ClipPolicies.of(new ClipSpec.GlobalNorm(0.05)), updates + ahead, 0, 1);
        }

        @Override
        public boolean done(StepOutcome outcome, StepPipeline pipeline) {
            outcomes.add(outcome);
            updates += outcome.applied() ? 1 : 0;
            return true;
        }
    }

    /** The average over the examples of two engines, in the same order for both. */
    record Averaging(Exchanger<StepGradient> meeting, boolean first) implements GradientExchange {
        @Override
        public StepGradient exchange(StepGradient own) {
            StepGradient other;
            try {
                other = meeting.exchange(own, 1, TimeUnit.MINUTES);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            StepGradient one = first ? own : other;
            StepGradient two = first ? other : own;
            long examples = one.examples() + two.examples();
            float[] average = new float[own.gradient().length];
            for (int i = 0; i < average.length; i++) {
                double sum = (double) one.gradient()[i] * one.examples() + (double) two.gradient()[i] * two.examples();
                average[i] = (float) (sum / examples);
            }
            double loss = (one.loss() * one.examples() + two.loss() * two.examples()) / examples;
            return new StepGradient(average, loss, examples);
        }
    }

    private static List<StepOutcome> run(
            Engine engine, Optional<GradientExchange> exchange, List<MultiDataSet[]> batches) {
        Taking taking = new Taking();
        StepPipeline pipeline = new StepPipeline(engine, taking, exchange);
        for (int i = 0; i < batches.size(); i++) {
            assertTrue(pipeline.run(AskedSteps.step(i + 1, EngineSubject.plain(i), batches.get(i))));
        }
        assertTrue(pipeline.finish());
        return taking.outcomes;
    }

    /** Runs two engines side by side that average their gradients. @return the outcomes of both */
    private static List<List<StepOutcome>> together(
            Engine one, List<MultiDataSet[]> ofOne, Engine two, List<MultiDataSet[]> ofTwo) throws Exception {
        Exchanger<GradientExchange.StepGradient> meeting = new Exchanger<>();
        ExecutorService beside = Executors.newSingleThreadExecutor();
        try {
            Future<List<StepOutcome>> second =
                    beside.submit(() -> run(two, Optional.of(new Averaging(meeting, false)), ofTwo));
            List<StepOutcome> first = run(one, Optional.of(new Averaging(meeting, true)), ofOne);
            return List.of(first, second.get(1, TimeUnit.MINUTES));
        } finally {
            beside.shutdownNow();
        }
    }

    /** One of them has its part in two passes. */
    @Test
    default void twoEnginesWithPartsOfABatchComeToWhatOneDoesWithTheWhole() throws Exception {
        List<MultiDataSet[]> whole = new ArrayList<>();
        List<MultiDataSet[]> firstParts = new ArrayList<>();
        List<MultiDataSet[]> secondParts = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            MultiDataSet batch = batch(i);
            whole.add(new MultiDataSet[] {batch});
            firstParts.add(new MultiDataSet[] {part(batch, 0, 2), part(batch, 2, FIRST_PART)});
            secondParts.add(new MultiDataSet[] {part(batch, FIRST_PART, EXAMPLES)});
        }
        ComputationGraph model = model();
        try (Engine alone = engine(model);
                Engine one = engine(model);
                Engine two = engine(model)) {
            List<StepOutcome> expected = run(alone, Optional.empty(), whole);
            List<List<StepOutcome>> outcomes = together(one, firstParts, two, secondParts);
            for (int i = 0; i < STEPS; i++) {
                double norm = expected.get(i).update().orElseThrow().gradient().globalNorm();
                for (List<StepOutcome> own : outcomes) {
                    assertTrue(own.get(i).applied());
                    assertEquals(
                            norm,
                            own.get(i).update().orElseThrow().gradient().globalNorm(),
                            1e-4 * norm,
                            "norm of the whole gradient");
                    assertTrue(own.get(i).update().orElseThrow().clipScale() < 1);
                }
            }
            assertArrayEquals(parameters(alone), parameters(one), 2e-4f);
            State.of(one, model).assertSame(State.of(two, model.clone()));
        }
    }

    @Test
    default void whatIsntFiniteInOneIsRefusedByBoth() throws Exception {
        MultiDataSet healthy = part(batch(0), FIRST_PART, EXAMPLES);
        MultiDataSet sick = part(batch(0), 0, FIRST_PART);
        sick.getFeatures(0).putScalar(0, 0, 0, Double.NaN);
        ComputationGraph model = model();
        try (Engine one = engine(model);
                Engine two = engine(model)) {
            float[] before = parameters(one);
            List<List<StepOutcome>> outcomes = together(
                    one,
                    List.<MultiDataSet[]>of(new MultiDataSet[] {sick}),
                    two,
                    List.<MultiDataSet[]>of(new MultiDataSet[] {healthy}));
            outcomes.forEach(own -> assertFalse(own.get(0).applied()));
            assertArrayEquals(before, parameters(one));
            assertArrayEquals(before, parameters(two));
        }
    }

    /** With a rate of 1 and no clip, an update is the gradient. */
    @Test
    default void aGradientIsReplacedInTrainedBlocksOnly() {
        ContractData data = new ContractData(80);
        MultiDataSet batch = ContractData.batch(data.normal(7, 3), data.oneHot(7, 3));
        ContractCase test = new ContractCase(
                "batch norm",
                chain(
                                graphOn(InputType.feedForward(3), new Sgd(1)),
                                dense(6),
                                new BatchNorm.Builder()
                                        .activation(Activation.RELU)
                                        .build(),
                                classes(3))
                        .build(),
                batch);
        try (Engine engine = engine(test.model());
                Engine usual = engine(test.model())) {
            UpdateRule rule = EngineSubject.rule(new ClipRule.None(), 0);
            float[] before = parameters(engine);
            float[] other = new float[before.length];
            for (int i = 0; i < other.length; i++) {
                other[i] = (i % 7 - 3) / 8f;
            }
            for (int pass = 0; pass < 2; pass++) {
                engine.computeGradient(batch, new PassOptions(1, false, true, false));
                usual.computeGradient(batch, new PassOptions(1, false, true, false));
            }
            engine.replaceGradient(other);
            float[] copied = new float[other.length];
            engine.copyGradient(copied);
            assertTrue(engine.update(rule).applied());
            assertTrue(usual.update(rule).applied());
            float[] after = parameters(engine);
            float[] afterUsual = parameters(usual);
            for (ParameterBlock block : engine.layout().blocks()) {
                int from = (int) block.offset();
                int to = (int) (block.offset() + block.length());
                if (block.trained()) {
                    assertArrayEquals(
                            Arrays.copyOfRange(other, from, to), Arrays.copyOfRange(copied, from, to), block.name());
                    for (int i = from; i < to; i++) {
                        assertEquals(before[i] - other[i], after[i], 1e-6, block.name());
                    }
                } else {
                    assertArrayEquals(
                            Arrays.copyOfRange(afterUsual, from, to),
                            Arrays.copyOfRange(after, from, to),
                            1e-6f,
                            block.name());
                }
            }
            assertThrows(IllegalStateException.class, () -> engine.replaceGradient(other), "used up");
        }
    }

    private static float[] parameters(Engine engine) {
        float[] values = new float[(int) engine.layout().length()];
        engine.copyParameters(values);
        return values;
    }
}
