package org.steadygrad.engine.cpu.recurrent;

import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;

/**
 * A run on the layer's own tensors under a mask: the output is 0 at masked steps, and no gradient comes from there. The
 * gradient of the output is masked in a copy, which the run within reads: others may read the given one.
 */
final class MaskedSequence implements SequenceRun {
    private final SequenceRun run;
    private final SequenceMask mask;
    private final Tensors tensors;
    private final FloatMemory maskedGradient;
    private final RowCopy rows;
    private final Optional<HeldState> held;

    /**
     * @param run reads the masked gradient
     * @param tensors of the layer
     * @param maskedGradient of the output's shape; null without training
     * @param held what the state is at the end; empty where the run holds it itself
     */
    MaskedSequence(
            SequenceRun run,
            SequenceMask mask,
            Tensors tensors,
            FloatMemory maskedGradient,
            RowCopy rows,
            Optional<HeldState> held) {
        this.run = run;
        this.mask = mask;
        this.tensors = tensors;
        this.maskedGradient = maskedGradient;
        this.rows = rows;
        this.held = held;
    }

    @Override
    public List<FloatMemory> initialState() {
        return run.initialState();
    }

    @Override
    public List<FloatMemory> finalState() {
        return held.map(state -> state.after(run)).orElseGet(run::finalState);
    }

    @Override
    public List<FloatMemory> initialGradient() {
        return run.initialGradient();
    }

    @Override
    public void forward() {
        run.forward();
        mask.clear(tensors.output(), mask.units());
    }

    @Override
    public void backward(BoundaryNorms norms) {
        rows.run(tensors.outputGradient(), maskedGradient, mask.kept(), mask.units());
        run.backward(norms);
    }
}
