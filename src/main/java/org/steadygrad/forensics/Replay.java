package org.steadygrad.forensics;

import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.step.StepPasses;

/**
 * Runs the passes of a step again, looking at every layer and time step. The engine's parameters and updater state aren't
 * changed; the recurrent state that it carries is lost.
 *
 * @param pass number of the pass that this is about: the first with a value that isn't finite, else the last
 * @param loss of that pass
 * @param trace of that pass
 */
record Replay(int pass, double loss, StepTrace trace) {

    static Replay run(Engine engine, FailedStep step) {
        StepPasses passes = new StepPasses(engine);
        passes.losses(step.before(), true, null);
        Replay replay = null;
        for (int i = 0; i < step.passes().size() && (replay == null || replay.finite()); i++) {
            PassResult result = passes.look(step.passes().get(i), step.carriesState(), Trace.FLOW, null);
            replay = new Replay(i, result.loss(), result.trace().orElseThrow());
        }
        engine.clearState();
        return replay;
    }

    boolean finite() {
        return trace.nonFinite().isEmpty() && Double.isFinite(loss);
    }
}
