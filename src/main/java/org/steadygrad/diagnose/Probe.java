package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.step.Pass;
import org.steadygrad.engine.step.StepOutcome;
import org.steadygrad.engine.step.StepPasses;
import org.steadygrad.engine.step.StepPipeline;
import org.steadygrad.engine.step.TrainingStep;
import org.steadygrad.engine.step.TrainingStep.Position;
import org.steadygrad.engine.step.TrainingStep.State;
import org.steadygrad.model.TrainingCounts;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.ops.SequenceLayout;
import org.steadygrad.ops.StepMeans;
import org.steadygrad.spec.LossMean;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.BpttWindows;

/**
 * The first step of a run, taken from the same initial parameters with each of a few batches and taken back every time.
 *
 * @param loss of the pass
 * @param trace of the pass
 * @param update what the first update with this batch does
 * @param lossAfter of the same batch after that update, with the same dropout masks
 */
record Probe(double loss, StepTrace trace, UpdateOutcome update, double lossAfter) {

    /**
     * @param engine holds the initial parameters, and does so afterwards
     * @param run its clipping is applied, as in training
     * @param batches with windows of truncated BPTT, the first window of each in which a step is scored is looked at
     */
    static List<Probe> of(Engine engine, ComputationGraph model, RunSpec run, List<MultiDataSet> batches) {
        Check.that(!batches.isEmpty(), "diagnose", "at least one batch", 0);
        int window = TruncatedBptt.window(model);
        UpdateRule rule = new UpdateRule(ClipPolicies.of(run.training().clip()), 0, 0, 1);
        EngineSnapshot start = engine.snapshot();
        List<Probe> probes = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            TrainingStep step = step(
                    BpttWindows.scored(batch, window).get(0), run.training().loss(), run.seed() + probes.size());
            engine.clearState();
            StepOutcome outcome = StepPipeline.once(engine, step, rule);
            probes.add(new Probe(
                    outcome.loss(),
                    outcome.trace().orElseThrow(),
                    outcome.update().orElseThrow(),
                    lossAfter(engine, step)));
            engine.restore(start);
        }
        return probes;
    }

    /** From a zero state, through the windows before the first that is scored. */
    private static TrainingStep step(BpttWindows.Scored window, LossMean loss, long seed) {
        List<MultiDataSet> batches = List.of(window.batch());
        MultiDataSet meant = (loss == LossMean.PER_STEP ? StepMeans.of(batches, SequenceLayout.USUAL) : batches).get(0);
        List<Pass> leadIn =
                window.leadIn().stream().map(batch -> new Pass(batch, seed)).toList();
        return new TrainingStep(
                new Position(1, 0, 0, window.firstTimeStep()),
                leadIn,
                List.of(new Pass(meant, seed)),
                leadIn.isEmpty() ? State.NOT_CARRIED : State.NEW,
                Trace.FLOW,
                0);
    }

    private static double lossAfter(Engine engine, TrainingStep step) {
        StepPasses passes = new StepPasses(engine);
        passes.begin(step, TrainingCounts.NONE);
        return passes.look(step.passes().get(0), step.carriesState(), Trace.NONE, TrainingCounts.NONE)
                .loss();
    }
}
