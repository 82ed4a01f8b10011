package org.steadygrad.benchmarks;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.StepPolicy;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.engine.step.TrainingStep.State;
import org.steadygrad.ops.ClipPolicy;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.GradientStatistics;

/**
 * An engine of the product, timed by the host's clock. Where the engine lets its caller be ahead, it is, as in training; the
 * results of all steps of a turn are back on the host when the clock is stopped.
 */
final class GpuSide implements Side, StepPolicy {
    private final String name;
    private final Engine engine;
    private final MultiDataSet batch;
    private final boolean updateOnly;
    private final int traceEvery;
    private final ClipPolicy clip = ClipPolicies.of(new ClipRule.ByGlobalNorm(Dl4jModels.MAX_NORM));
    private final StepPipeline pipeline;
    private int iteration;
    private double loss = Double.NaN;
    private GradientStatistics gradient;

    /**
     * @param model where the engine starts from; isn't changed
     * @param traceEvery number of steps between looks at activations and gradient flow; 0 for none
     */
    GpuSide(EngineRequest request, Workload workload, ComputationGraph model, BatchData data, int traceEvery) {
        engine = request.open(model);
        pipeline = new StepPipeline(engine, this);
        name = traceEvery > 0 ? request.name() + "+health" : request.name();
        batch = data.toDl4j(workload instanceof Workload.Recurrent);
        updateOnly = workload instanceof Workload.Update;
        this.traceEvery = traceEvery;
    }

    @Override
    public String name() {
        return name;
    }

    String device() {
        return engine.device();
    }

    @Override
    public void step() {
        computeGradient();
        update();
    }

    private void computeGradient() {
        loss = engine.computeGradient(batch, new PassOptions(1, false, false, traced(iteration)))
                .loss();
    }

    private void update() {
        note(Optional.of(engine.update(new UpdateRule(clip, iteration++, 0, 1))));
    }

    /** A skipped update would be less work than the peers do. */
    private void note(Optional<UpdateOutcome> outcome) {
        gradient = outcome.map(UpdateOutcome::gradient).orElse(null);
        if (outcome.isEmpty() || !outcome.get().applied()) {
            throw new IllegalStateException("The gradient isn't finite at step " + iteration
                    + ", so that this engine leaves work out. Choose weights for the case that keep it finite.");
        }
    }

    @Override
    public long run(int steps) {
        return updateOnly ? runUpdates(steps) : runAhead(steps);
    }

    private long runAhead(int steps) {
        long start = System.nanoTime();
        for (int i = 0; i < steps; i++) {
            int number = iteration + pipeline.underWay();
            pipeline.run(new TrainingStep(
                    new Position(number + 1, 0, 0, 0),
                    List.of(),
                    List.of(new Pass(batch, 1)),
                    State.NOT_CARRIED,
                    traced(number) ? Trace.FLOW : Trace.NONE,
                    0));
        }
        pipeline.finish();
        return System.nanoTime() - start;
    }

    @Override
    public UpdateRule rule(int ahead) {
        return new UpdateRule(clip, iteration + ahead, 0, 1);
    }

    @Override
    public boolean done(StepOutcome outcome, StepPipeline of) {
        loss = outcome.loss();
        iteration++;
        note(outcome.update());
        return true;
    }

    private boolean traced(int number) {
        return traceEvery > 0 && number % traceEvery == 0;
    }

    private long runUpdates(int steps) {
        long time = 0;
        for (int i = 0; i < steps; i++) {
            computeGradient();
            long start = System.nanoTime();
            update();
            time += System.nanoTime() - start;
        }
        return time;
    }

    @Override
    public double loss() {
        return loss;
    }

    /** Of each parameter's averaged gradient before clipping, at the last step, in the order of the flat layout. */
    List<Double> gradientNorms() {
        return gradient.rows().stream().map(row -> row.norm()).toList();
    }

    @Override
    public void close() {
        engine.close();
    }
}
