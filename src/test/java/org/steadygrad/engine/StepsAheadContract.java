package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.graphOn;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.clip.ClipPolicies;
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

    private static PassOptions options(int step) {
        return new PassOptions(step, false, false, step % 4 < 2);
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
                StepResult result = one.step(disturbed(i, wrong), options(i), rule(updates))
                        .await()
                        .orElseThrow();
                updates += result.applied() ? 1 : 0;
                expected.add(result);
            }
            List<StepResult> ahead = ahead(other, wrong);
            assertEquals(expected.size(), ahead.size());
            for (int i = 0; i < STEPS; i++) {
                assertSame(expected.get(i), ahead.get(i), i);
            }
            State.of(one, model).assertSame(State.of(other, model));
        }
    }

    private static MultiDataSet disturbed(int step, int wrong) {
        MultiDataSet batch = batch(step);
        if (step == wrong) {
            batch.getFeatures(0).putScalar(1, 1, Double.NaN);
        }
        return batch;
    }

    private static List<StepResult> ahead(Engine engine, int wrong) {
        Deque<PendingStep> pending = new ArrayDeque<>();
        List<StepResult> results = new ArrayList<>();
        int asked = 0;
        int skipped = 0;
        while (results.size() < STEPS) {
            while (asked < STEPS && pending.size() <= engine.stepsAhead()) {
                pending.add(engine.step(disturbed(asked, wrong), options(asked), rule(asked - skipped)));
                asked++;
            }
            StepResult result = pending.remove().await().orElseThrow();
            results.add(result);
            if (!result.applied()) {
                skipped++;
                pending.forEach(step -> assertEquals(Optional.empty(), step.await(), "ran after a refused one"));
                asked -= pending.size();
                pending.clear();
            }
        }
        return results;
    }

    private static void assertSame(StepResult expected, StepResult result, int step) {
        assertEquals(expected.pass().loss(), result.pass().loss(), "loss of step " + step);
        assertEquals(
                expected.pass().trace().map(StepTrace::layers),
                result.pass().trace().map(StepTrace::layers));
        assertEquals(expected.applied(), result.applied());
        assertEquals(expected.update(), result.update(), "update of step " + step);
        assertTrue(expected.applied() || !Double.isFinite(expected.pass().loss()));
    }
}
