package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.model.TruncatedBptt;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.train.Windows;

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
        EngineSnapshot start = engine.snapshot();
        List<Probe> probes = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            Windows.Scored first = Windows.scored(batch, window).get(0);
            long seed = run.seed() + probes.size();
            PassResult pass = pass(engine, first, seed, true);
            var rule = new UpdateRule(ClipPolicies.of(run.training().clip()), 0, 0, 1);
            UpdateOutcome outcome = engine.update(rule);
            double after = pass(engine, first, seed, false).loss();
            engine.discardGradient();
            probes.add(new Probe(pass.loss(), pass.trace().orElseThrow(), outcome, after));
            engine.restore(start);
        }
        return probes;
    }

    /** From a zero state, through the windows before the first that is scored. */
    private static PassResult pass(Engine engine, Windows.Scored window, long seed, boolean traced) {
        engine.clearState();
        for (MultiDataSet before : window.leadIn()) {
            engine.computeGradient(before, new PassOptions(seed, true, false, false));
            engine.discardGradient();
        }
        return engine.computeGradient(
                window.batch(), new PassOptions(seed, !window.leadIn().isEmpty(), false, traced));
    }
}
