package org.steadygrad.engine.cpu.recurrent;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.PackedWeights;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Gradients;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Setting;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;
import org.steadygrad.engine.cpu.recurrent.SequenceMask.Way;
import org.steadygrad.engine.program.Segmentation;

/**
 * A recurrent layer in one direction on time-major tensors, in whichever way the batch's mask asks for. Ways are built
 * when a batch first needs them.
 */
final class RecurrentLayer {
    /** The ends of a sequence, and gradients of states, of two ways. */
    private static final int FURTHER_STATES = 8;

    private final Place place;
    private final RecurrentShape shape;
    private final Blocks blocks;
    private final Tensors tensors;

    /** The same with a gradient of the output of its own where there is a mask: others may read the given one. */
    private final Tensors masked;

    private final SequenceMask mask;
    private final RecurrentWeights weights;
    private final Gradients gradients;
    private final Setting setting;
    private final WorkspacePlan workspaces;
    /** Null when the batch isn't split. */
    private final Shards shards;

    private final RowCopy rows;
    private final HeldState held;
    private final BoundaryNorms norms;
    private final Map<Way, SequenceRun> runs = new EnumMap<>(Way.class);

    /** The one that the batch at hand asks for. */
    private SequenceRun run;

    /**
     * Where the layer runs.
     *
     * @param packed parameters
     * @param scope frees what the layer allocates
     * @param name of the layer, for errors
     * @param bytes that workspaces may take
     */
    record Place(CpuRuntime runtime, PackedWeights packed, NativeScope scope, String name, long bytes) {}

    /** @param tensors with a gradient of the output if there is a backward pass */
    RecurrentLayer(Place place, RecurrentShape shape, Blocks blocks, Tensors tensors, SequenceMask mask) {
        this.place = place;
        this.shape = shape;
        this.blocks = blocks;
        this.tensors = tensors;
        this.mask = mask;
        masked = mask.exists() && tensors.outputGradient() != null
                ? new Tensors(
                        tensors.input(),
                        tensors.output(),
                        place.scope().allocate(tensors.output().length()),
                        tensors.inputGradient())
                : tensors;
        OneDnn oneDnn = place.runtime().oneDnn();
        boolean training = tensors.outputGradient() != null;
        weights = new RecurrentWeights(oneDnn, place.packed(), shape, blocks, place.scope());
        gradients = training ? new Gradients(blocks, place.scope()) : null;
        workspaces = WorkspacePlan.of(place, shape, training);
        WorkspacePool pool = new WorkspacePool(oneDnn, place.scope());
        setting = new Setting(oneDnn, weights, gradients, pool, training, workspaces.recompute());
        shards = shards(training);
        rows = mask.exists() ? new RowCopy(place.runtime().workers(), Math.max(shape.inputs(), shape.units())) : null;
        held = new HeldState(shape, mask, tensors.output(), place.scope());
        norms = new BoundaryNorms(shape.stateLength());
    }

    private Shards shards(boolean training) {
        int count = Shards.count(shape, place.runtime().streams());
        long bytes = workspaces.bytes() + Shards.bytes(shape, blocks, count, training);
        if (mask.exists()) {
            // gathered sequences have states of their own, and a way in single steps has a workspace that isn't split
            long perStep = (long) Float.BYTES * shape.stateTensors() * shape.stateLength();
            bytes += 2 * workspaces.bytes() + (shape.steps() + FURTHER_STATES) * perStep;
        }
        return count == 1 || bytes > place.bytes() ? null : new Shards(place, shape, blocks, tensors, setting, count);
    }

    /** Has the parameters' gradients written to the flat gradient by each backward pass, those of frozen ones left out. */
    void deliver(ModelMemory memory) {
        if (blocks.input().trained()) {
            weights.deliverInput(gradients, memory.gradient(blocks.input()));
        }
        if (blocks.recurrent().trained()) {
            weights.deliverRecurrent(gradients, memory.gradient(blocks.recurrent()));
        }
        if (blocks.bias().trained()) {
            weights.deliverBias(gradients, memory.gradient(blocks.bias()));
        }
    }

    /**
     * Looks at the batch's mask.
     *
     * @param keeps whether {@link #finalState()} will be asked for
     * @return memory for the state to start from, h and c, [examples, units] each; to be filled before {@link #forward}
     */
    List<FloatMemory> prepare(boolean keeps) {
        run = runs.computeIfAbsent(mask.read(keeps), this::build);
        return run.initialState();
    }

    private SequenceRun build(Way way) {
        return switch (way) {
            case DIRECT -> mask.exists() ? underMask(build(shape, masked), Optional.of(held)) : build(shape, tensors);
            case GATHERED -> {
                Tensors gathered = GatheredSequence.like(tensors, masked.outputGradient(), place.scope());
                yield new GatheredSequence(
                        build(shape.forward(), gathered),
                        mask,
                        tensors,
                        gathered,
                        rows,
                        held,
                        this::watching,
                        boundaries());
            }
            case STEPWISE -> underMask(inSteps(masked, setting), Optional.empty());
        };
    }

    private SequenceRun build(RecurrentShape wanted, Tensors on) {
        int[] lengths = workspaces.lengths();
        NativeScope scope = place.scope();
        if (shards == null) {
            return new SegmentedSequence(wanted, lengths, on, setting, null, scope);
        }
        return new ShardedSequence(place.runtime(), wanted, lengths, on, shards, scope);
    }

    private SequenceRun underMask(SequenceRun of, Optional<HeldState> end) {
        return new MaskedSequence(of, mask, tensors, masked.outputGradient(), rows, end);
    }

    /** Holds the state at masked steps. */
    private SequenceRun inSteps(Tensors on, Setting with) {
        return new SegmentedSequence(
                shape, Segmentation.single(shape.steps()), on, with, new BoundaryMask(shape, mask), place.scope());
    }

    /** With an output of its own and no gradient of the input, beside gathered sequences. */
    private SequenceRun watching() {
        NativeScope scope = place.scope();
        OneDnn oneDnn = place.runtime().oneDnn();
        WorkspacePool pool = new WorkspacePool(oneDnn, scope);
        FloatMemory output = scope.allocate(tensors.output().length());
        return inSteps(
                new Tensors(tensors.input(), output, masked.outputGradient(), null),
                new Setting(oneDnn, weights, gradients, pool, true, true));
    }

    /** The steps whose gradient is noted where sequences aren't gathered. */
    private Set<Integer> boundaries() {
        Set<Integer> times = new HashSet<>();
        int end = 0;
        for (int length : workspaces.lengths()) {
            end += length;
            times.add(shape.time(end - 1));
        }
        return times;
    }

    /** After {@link #prepare}: computes the output. */
    void forward() {
        run.forward();
    }

    /** The state after the last step of the last forward pass, which {@link #prepare} was told to keep. */
    List<FloatMemory> finalState() {
        return run.finalState();
    }

    /**
     * After {@link #forward}: computes the gradients of the parameters and, where somebody needs it, of the input.
     *
     * @param profile whether {@link #norms()} are wanted
     */
    void backward(boolean profile) {
        norms.clear();
        run.backward(profile ? norms : null);
        gradients.deliver();
    }

    /** The gradient with respect to the state that the last forward pass started from, h alone. */
    FloatMemory initialGradient() {
        return run.initialGradient().get(0);
    }

    /** The gradient through time of the last backward pass. */
    BoundaryNorms norms() {
        return norms;
    }
}
