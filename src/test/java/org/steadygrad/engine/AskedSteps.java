package org.steadygrad.engine;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.engine.step.TrainingStep.State;

/** Steps for tests that are run by a pipeline, ahead where the engine can be. */
public final class AskedSteps implements StepPolicy {
    private final UpdateRule rule;
    private StepOutcome outcome;

    private AskedSteps(UpdateRule rule) {
        this.rule = rule;
    }

    /** @param options seed, trace and whether state is carried count */
    public static TrainingStep step(int iteration, PassOptions options, MultiDataSet... batches) {
        return new TrainingStep(
                new Position(iteration, 0, 0, 0),
                List.of(),
                Arrays.stream(batches)
                        .map(batch -> new Pass(batch, options.randomSeed()))
                        .toList(),
                options.carryState() ? State.CONTINUED : State.NOT_CARRIED,
                options.trace(),
                0);
    }

    /** Runs one step and waits for it. */
    public static StepOutcome run(Engine engine, MultiDataSet batch, PassOptions options, UpdateRule rule) {
        AskedSteps policy = new AskedSteps(rule);
        StepPipeline pipeline = new StepPipeline(engine, policy);
        pipeline.run(step(1, options, batch));
        pipeline.finish();
        return policy.outcome;
    }

    /** Asks an engine that can be ahead for a step. */
    public static PendingStep ask(Engine engine, MultiDataSet batch, PassOptions options, UpdateRule rule) {
        return engine.stepsAhead().orElseThrow().ask(batch, options, rule);
    }

    @Override
    public UpdateRule rule(int ahead) {
        return rule;
    }

    @Override
    public boolean done(StepOutcome whole, StepPipeline pipeline) {
        outcome = whole;
        return true;
    }
}
