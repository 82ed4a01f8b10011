package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;
import org.steadygrad.engine.cpu.recurrent.Shards.Shard;

/**
 * A recurrent layer run over a batch whose examples are split into {@link Shards}: each runs in a thread of its own from
 * the first step to the last, whereas the threads of one primitive wait for each other at every step. A shard's rows are
 * copied to tensors of its own, in which the steps lie one after the other, since oneDNN then multiplies the inputs of
 * many steps at once.
 */
final class ShardedSequence implements SequenceRun {
    private final RecurrentShape shape;
    private final Tensors tensors;
    private final CpuRuntime runtime;
    private final Shards shards;
    private final List<Part> parts = new ArrayList<>();
    private final List<FloatMemory> initialState = new ArrayList<>();
    private final List<FloatMemory> finalState = new ArrayList<>();
    private final List<FloatMemory> initialGradient = new ArrayList<>();

    /**
     * @param lengths of the segments
     * @param tensors of the whole batch
     */
    ShardedSequence(
            CpuRuntime runtime,
            RecurrentShape shape,
            int[] lengths,
            Tensors tensors,
            Shards shards,
            NativeScope scope) {
        this.runtime = runtime;
        this.shape = shape;
        this.tensors = tensors;
        this.shards = shards;
        for (int i = 0; i < shape.stateTensors(); i++) {
            initialState.add(scope.allocate(shape.stateLength()));
            finalState.add(scope.allocate(shape.stateLength()));
            initialGradient.add(scope.allocate(shape.stateLength()));
        }
        runtime.singleThreaded(() -> {
            for (Shard shard : shards.list()) {
                RecurrentShape part = shape.of(shard.examples());
                parts.add(new Part(
                        shard, new SegmentedSequence(part, lengths, shard.tensors(), shard.setting(), null, scope)));
            }
        });
    }

    @Override
    public List<FloatMemory> initialState() {
        return initialState;
    }

    @Override
    public List<FloatMemory> finalState() {
        return finalState;
    }

    @Override
    public List<FloatMemory> initialGradient() {
        return initialGradient;
    }

    @Override
    public void forward() {
        runtime.runSingleThreaded(
                parts.size(), (part, from, to) -> parts.get(part).forward());
    }

    @Override
    public void backward(BoundaryNorms norms) {
        boolean noted = norms != null;
        runtime.runSingleThreaded(
                parts.size(), (part, from, to) -> parts.get(part).backward(noted));
        shards.sumGradients();
        if (noted) {
            norms.join(parts.stream().map(part -> part.norms).toList());
        }
    }

    /** One shard's run. */
    private final class Part {
        private final Shard shard;
        private final SegmentedSequence sequence;
        private final BoundaryNorms norms;

        Part(Shard shard, SegmentedSequence sequence) {
            this.shard = shard;
            this.sequence = sequence;
            norms = new BoundaryNorms(shard.examples() * shape.units());
        }

        void forward() {
            take(tensors.input(), shard.tensors().input(), shape.steps());
            take(initialState, sequence.initialState());
            sequence.forward();
            give(shard.tensors().output(), tensors.output(), shape.steps());
            give(sequence.finalState(), finalState);
        }

        void backward(boolean noted) {
            norms.clear();
            take(tensors.outputGradient(), shard.tensors().outputGradient(), shape.steps());
            sequence.backward(noted ? norms : null);
            if (tensors.inputGradient() != null) {
                give(shard.tensors().inputGradient(), tensors.inputGradient(), shape.steps());
            }
            give(sequence.initialGradient(), initialGradient);
        }

        private void take(List<FloatMemory> whole, List<FloatMemory> own) {
            for (int i = 0; i < whole.size(); i++) {
                take(whole.get(i), own.get(i), 1);
            }
        }

        private void give(List<FloatMemory> own, List<FloatMemory> whole) {
            for (int i = 0; i < whole.size(); i++) {
                give(own.get(i), whole.get(i), 1);
            }
        }

        private void take(FloatMemory whole, FloatMemory own, int steps) {
            long columns = (long) whole.length() / steps / shape.examples();
            long count = columns * shard.examples();
            for (int step = 0; step < steps; step++) {
                own.copy(step * count, whole, start(step, columns), count);
            }
        }

        private void give(FloatMemory own, FloatMemory whole, int steps) {
            long columns = (long) whole.length() / steps / shape.examples();
            long count = columns * shard.examples();
            for (int step = 0; step < steps; step++) {
                whole.copy(start(step, columns), own, step * count, count);
            }
        }

        private long start(int step, long columns) {
            return ((long) step * shape.examples() + shard.first()) * columns;
        }
    }
}
