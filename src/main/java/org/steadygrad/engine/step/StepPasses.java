package org.steadygrad.engine.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassOptions.Trace;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.model.TrainingCounts;

/** Runs the passes of steps on an engine, without updates. */
public final class StepPasses {
    private final Engine engine;

    /** @param engine whose gradient is left changed, but not its parameters */
    public StepPasses(Engine engine) {
        this.engine = engine;
    }

    /**
     * Sees to the recurrent state that a step starts from: forgets it unless the step goes on with the sequences of the one
     * before, and takes it through the passes of the lead-in. These change no parameter, running statistic or updater state.
     *
     * @param trained how far the network has been trained; null for what the pass before was told
     */
    public void begin(TrainingStep step, TrainingCounts trained) {
        if (step.carriesState() && !step.continued()) {
            engine.clearState();
        }
        step.leadIn().forEach(pass -> look(pass, true, Trace.NONE, trained));
    }

    /**
     * Runs a pass and forgets its gradient.
     *
     * @param carriesState whether it starts from the state that the pass before ended with
     * @param trained how far the network has been trained; null for what the pass before was told
     */
    public PassResult look(Pass pass, boolean carriesState, Trace trace, TrainingCounts trained) {
        PassResult result =
                engine.computeGradient(pass.batch(), new PassOptions(pass.seed(), carriesState, false, trace, trained));
        engine.discardGradient();
        return result;
    }

    /** As {@link #look}, passes one after the other, as one sequence if state is carried. @return their losses */
    public List<Double> losses(List<Pass> passes, boolean carriesState, TrainingCounts trained) {
        if (carriesState) {
            engine.clearState();
        }
        return passes.stream()
                .map(pass -> look(pass, carriesState, Trace.NONE, trained).loss())
                .toList();
    }

    /** The passes of a step that was begun; their gradient stays in the engine. @return without update */
    StepOutcome gradient(TrainingStep step, TrainingCounts trained) {
        List<Double> losses = new ArrayList<>();
        Optional<StepTrace> trace = Optional.empty();
        for (Pass pass : step.passes()) {
            boolean first = losses.isEmpty();
            boolean accumulate = step.passes().size() > 1;
            PassOptions options = new PassOptions(
                    pass.seed(), step.carriesState(), accumulate, first ? step.trace() : Trace.NONE, trained);
            PassResult result = engine.computeGradient(pass.batch(), options);
            losses.add(result.loss());
            trace = first ? result.trace() : trace;
        }
        return outcome(step, losses, trace);
    }

    static StepOutcome outcome(TrainingStep step, List<Double> losses, Optional<StepTrace> trace) {
        double mean = losses.stream().mapToDouble(Double::doubleValue).sum() / losses.size();
        return new StepOutcome(step, losses, mean, trace, Optional.empty(), Optional.empty(), 0);
    }
}
