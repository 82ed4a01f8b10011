package org.steadygrad.engine.cpu.update;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.learning.config.Adam;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.UpdateModels;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdatePassContract;
import org.steadygrad.engine.UpdateSubject;
import org.steadygrad.engine.UpdateTrial;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.ops.ClipRule;

class UpdatePassTest extends UpdatePassContract {
    @Override
    public UpdateSubject make(UpdatePlan plan) {
        return new CpuUpdate(plan, 2);
    }

    /** Large enough for three threads to take part. */
    @TestFactory
    Stream<DynamicTest> theNumberOfThreadsDoesNotMatter() {
        return Stream.of(new ClipRule.ByGlobalNorm(1), new ClipRule.ByUnitRatio(0.01, 1e-3), new ClipRule.ByValue(1))
                .map(rule -> DynamicTest.dynamicTest(rule.toString(), () -> {
                    UpdateOutcome[] outcomes = new UpdateOutcome[3];
                    float[][] parameters = new float[3][];
                    float[][] states = new float[3][];
                    for (int i = 0; i < 3; i++) {
                        int threads = i + 1;
                        try (UpdateTrial trial =
                                new UpdateTrial(UpdateModels.large(), plan -> new CpuUpdate(plan, threads))) {
                            Random random = new Random(6);
                            for (int iteration = 0; iteration < 5; iteration++) {
                                trial.gradient(random, 3);
                                outcomes[i] = trial.apply(UpdateTrial.rule(rule, iteration, 1));
                            }
                            parameters[i] = trial.subject().parameters();
                            states[i] = trial.subject().state();
                        }
                    }
                    for (int i = 1; i < 3; i++) {
                        assertEquals(outcomes[0], outcomes[i]);
                        assertArrayEquals(parameters[0], parameters[i]);
                        assertArrayEquals(states[0], states[i]);
                    }
                }));
    }

    @Test
    void memoryOfAnotherLengthIsRefused() {
        try (UpdateTrial trial = new UpdateTrial(UpdateModels.single(new Adam(), 7), this);
                Workers workers = new Workers(1)) {
            UpdateMemory own = ((CpuUpdate) trial.subject()).memory();
            UpdateMemory memory = new UpdateMemory(own.parameters(), own.gradient(), own.gradient());
            assertThrows(InvalidInputException.class, () -> new UpdatePass(trial.plan(), memory, workers));
        }
    }
}
