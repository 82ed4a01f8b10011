package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.BackpropType;
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
     * @param batches with windows of truncated BPTT, the first window of each is looked at
     */
    static List<Probe> of(Engine engine, ComputationGraph model, RunSpec run, List<MultiDataSet> batches) {
        Check.that(!batches.isEmpty(), "diagnose", "at least one batch", 0);
        boolean truncated = model.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT;
        int window = truncated ? model.getConfiguration().getTbpttFwdLength() : 0;
        EngineSnapshot start = engine.snapshot();
        List<Probe> probes = new ArrayList<>();
        for (MultiDataSet batch : batches) {
            MultiDataSet first = Windows.of(batch, window).get(0);
            long seed = run.seed() + probes.size();
            PassResult pass = engine.computeGradient(first, new PassOptions(seed, false, false, true));
            var rule = new UpdateRule(ClipPolicies.of(run.training().clip()), 0, 0, 1);
            UpdateOutcome outcome = engine.update(rule);
            double after = engine.computeGradient(first, new PassOptions(seed, false, false, false))
                    .loss();
            engine.discardGradient();
            probes.add(new Probe(pass.loss(), pass.trace().orElseThrow(), outcome, after));
            engine.restore(start);
        }
        return probes;
    }
}
