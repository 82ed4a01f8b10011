package org.steadygrad.engine.cpu.recurrent;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;

/**
 * A run on copies of the layer's tensors in which the present steps of each sequence come first, in the order of reading.
 *
 * <p>The boundaries of gathered sequences belong to other time steps for each example, so that the gradient through time is noted in
 * a run of its own in single steps. That leaves gradients of parameters, which the backward pass proper overwrites.
 */
final class GatheredSequence implements SequenceRun {
    private final SequenceRun run;
    private final SequenceMask mask;
    private final Tensors tensors;
    private final Tensors gathered;
    private final RowCopy rows;
    private final HeldState held;
    private final Supplier<SequenceRun> steps;
    private final Set<Integer> boundaries;

    /** In single steps, under the mask; null until somebody wants to know the gradient through time. */
    private SequenceRun watching;

    /**
     * @param run on the gathered tensors, forward
     * @param tensors of the layer
     * @param steps makes a run of the layer in single steps, whose gradient of the output is the gathered tensors'
     * @param boundaries times whose gradient is noted
     */
    GatheredSequence(
            SequenceRun run,
            SequenceMask mask,
            Tensors tensors,
            Tensors gathered,
            RowCopy rows,
            HeldState held,
            Supplier<SequenceRun> steps,
            Set<Integer> boundaries) {
        this.run = run;
        this.mask = mask;
        this.tensors = tensors;
        this.gathered = gathered;
        this.rows = rows;
        this.held = held;
        this.steps = steps;
        this.boundaries = boundaries;
    }

    /**
     * Tensors for gathered sequences.
     *
     * @param outputGradient memory for the gathered gradient of the output; null without training
     */
    static Tensors like(Tensors tensors, FloatMemory outputGradient, NativeScope scope) {
        FloatMemory input = scope.allocate(tensors.input().length());
        FloatMemory output = scope.allocate(tensors.output().length());
        boolean handsOn = tensors.inputGradient() != null;
        return new Tensors(input, output, outputGradient, handsOn ? scope.allocate(input.length()) : null);
    }

    @Override
    public List<FloatMemory> initialState() {
        return run.initialState();
    }

    @Override
    public List<FloatMemory> finalState() {
        return held.after(run);
    }

    @Override
    public List<FloatMemory> initialGradient() {
        return run.initialGradient();
    }

    @Override
    public void forward() {
        rows.run(tensors.input(), gathered.input(), mask.sources(), mask.inputs());
        run.forward();
        rows.run(gathered.output(), tensors.output(), mask.slots(), mask.units());
    }

    @Override
    public void backward(BoundaryNorms norms) {
        if (norms != null) {
            note(norms);
        }
        rows.run(tensors.outputGradient(), gathered.outputGradient(), mask.sources(), mask.units());
        run.backward(null);
        if (tensors.inputGradient() != null) {
            rows.run(gathered.inputGradient(), tensors.inputGradient(), mask.slots(), mask.inputs());
        }
    }

    private void note(BoundaryNorms norms) {
        if (watching == null) {
            watching = steps.get();
        }
        List<FloatMemory> initial = run.initialState();
        for (int i = 0; i < initial.size(); i++) {
            watching.initialState().get(i).copyFrom(initial.get(i));
        }
        rows.run(tensors.outputGradient(), gathered.outputGradient(), mask.kept(), mask.units());
        watching.forward();
        watching.backward(norms);
        norms.keep(boundaries);
    }
}
