package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;

/**
 * The state that a masked batch ends with, of runs that don't hold it at masked steps: each example's h is its output at its
 * last present step. A cell's further memory is only asked for where no step after that is masked.
 */
final class HeldState {
    private final RecurrentShape shape;
    private final SequenceMask mask;
    private final FloatMemory output;
    private final NativeScope scope;

    /** Made when somebody first asks. */
    private final List<FloatMemory> state = new ArrayList<>();

    /** @param output of the layer, [steps, examples, units] */
    HeldState(RecurrentShape shape, SequenceMask mask, FloatMemory output, NativeScope scope) {
        this.shape = shape;
        this.mask = mask;
        this.output = output;
        this.scope = scope;
    }

    /** After a forward pass of the run, once the output is complete. */
    List<FloatMemory> after(SequenceRun run) {
        for (int i = state.size(); i < shape.stateTensors(); i++) {
            state.add(scope.allocate(shape.stateLength()));
        }
        for (int example = 0; example < shape.examples(); example++) {
            for (int i = 0; i < state.size(); i++) {
                take(run, i, example);
            }
        }
        return state;
    }

    private void take(SequenceRun run, int tensor, int example) {
        int units = shape.units();
        long own = (long) example * units;
        FloatMemory target = state.get(tensor);
        if (tensor > 0) {
            // sequences with masked steps are run in single steps then
            target.copy(own, run.finalState().get(tensor), own, units);
        } else if (mask.lastTime(example) < 0) {
            target.copy(own, run.initialState().get(0), own, units);
        } else {
            long row = (long) mask.lastTime(example) * shape.examples() + example;
            target.copy(own, output, row * units, units);
        }
    }
}
