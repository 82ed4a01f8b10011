package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.spec.ClipSpec;

/** Whole steps that are asked for before the results of those before them are looked at. */
public interface StepsAheadContract extends EngineSubject {
    int STEPS = 11;

    private static ComputationGraph model() {
        return new ContractCase(
                        "Adam, batch norm and dropout",
                        chain(
                                        graphOn(InputType.feedForward(3), new Adam(0.01)),
                                        dense(7),
                                        new BatchNorm.Builder()
                                                .activation(Activation.RELU)
                                                .build(),
                                        dense(5),
                                        classes(3))
                                .build(),
                        batch(0))
                .model();
    }

    private static MultiDataSet batch(int number) {
        ContractData data = new ContractData(70 + number);
        int examples = number % 3 == 1 ? 4 : 7;
        return ContractData.batch(data.normal(examples, 3), data.oneHot(examples, 3));
    }

    private static UpdateRule rule(int updates) {
        return new UpdateRule(ClipPolicies.of(new ClipSpec.GlobalNorm(0.5)), updates, 0, 1);
    }

    private static PassOptions options(int step, int updates) {
        Trace trace = step % 4 < 2 ? Trace.FLOW : Trace.NONE;
        return new PassOptions(step, false, false, trace, new TrainingCounts(updates, 0));
    }

    @Test
    default void stepsAheadComeToTheSame() {
        compare(-1);
    }

    /** What was asked for after a step that goes wrong finds the parameters as they were before it. */
    @Test
    default void stepsAfterARefusedOneArentRun() {
        for (int wrong : new int[] {0, 3, STEPS - 1}) {
            compare(wrong);
        }
    }

    private void compare(int wrong) {
        ComputationGraph model = model();
        try (Engine one = engine(model);
                Engine other = engine(model)) {
            List<StepResult> expected = new ArrayList<>();
            int updates = 0;
            for (int i = 0; i < STEPS; i++) {
                StepResult result = inParts(one, disturbed(i, wrong), options(i, updates), rule(updates));
                updates += result.applied() ? 1 : 0;
                expected.add(result);
            }
            Notes notes = new Notes();
            StepPipeline pipeline = new StepPipeline(other, notes);
            for (int i = 0; i < STEPS; i++) {
                assertTrue(pipeline.run(AskedSteps.step(i + 1, options(i, 0), disturbed(i, wrong))));
                notes.mostUnderWay = Math.max(notes.mostUnderWay, pipeline.underWay());
            }
            assertTrue(pipeline.finish());
            assertEquals(
                    other.stepsAhead().map(StepsAhead::depth).orElse(0),
                    notes.mostUnderWay,
                    "steps that were under way");
            assertEquals(STEPS, notes.outcomes.size());
            for (int i = 0; i < STEPS; i++) {
                assertSame(expected.get(i), notes.outcomes.get(i), i);
            }
            State.of(one, model).assertSame(State.of(other, model));
        }
    }

    /** What engines that can be ahead say of the steps that were asked for after one that is refused. */
    @Test
    default void theResultOfAStepThatWasntRunIsEmpty() {
        try (Engine engine = engine(model())) {
            Optional<StepsAhead> ahead = engine.stepsAhead();
            if (ahead.isEmpty()) {
                return;
            }
            List<PendingStep> pending = new ArrayList<>();
            for (int i = 0; i <= ahead.get().depth(); i++) {
                pending.add(ahead.get().ask(disturbed(i, 1), options(i, i), rule(i)));
            }
            assertTrue(pending.get(0).await().orElseThrow().applied());
            assertFalse(pending.get(1).await().orElseThrow().applied());
            pending.subList(2, pending.size())
                    .forEach(step -> assertEquals(Optional.empty(), step.await(), "ran after a refused one"));
        }
    }

    private static StepResult inParts(Engine engine, MultiDataSet batch, PassOptions options, UpdateRule rule) {
        PassResult pass = engine.computeGradient(batch, options);
        if (Double.isFinite(pass.loss())) {
            return new StepResult(pass, Optional.of(engine.update(rule)));
        }
        engine.discardGradient();
        return new StepResult(pass, Optional.empty());
    }

    /** Takes every step as it comes. */
    final class Notes implements StepPolicy {
        private final List<StepOutcome> outcomes = new ArrayList<>();
        private int updates;
        private int mostUnderWay;

        @Override
        public UpdateRule rule(int ahead) {
            return StepsAheadContract.rule(updates + ahead);
        }

        @Override
        public boolean done(StepOutcome outcome, StepPipeline pipeline) {
            assertEquals(outcomes.size() + 1, outcome.step().position().iteration());
            outcomes.add(outcome);
            updates += outcome.applied() ? 1 : 0;
            return true;
        }
    }

    private static MultiDataSet disturbed(int step, int wrong) {
        MultiDataSet batch = batch(step);
        if (step == wrong) {
            batch.getFeatures(0).putScalar(1, 1, Double.NaN);
        }
        return batch;
    }

    private static void assertSame(StepResult expected, StepOutcome outcome, int step) {
        assertEquals(expected.pass().loss(), outcome.loss(), "loss of step " + step);
        assertEquals(
                expected.pass().trace().map(StepTrace::layers), outcome.trace().map(StepTrace::layers));
        assertEquals(expected.applied(), outcome.applied());
        assertEquals(expected.update(), outcome.update(), "update of step " + step);
        assertTrue(expected.applied() || outcome.failed());
    }
}
