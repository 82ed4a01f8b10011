package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private final BoundaryNorms norms;
    private final List<FloatMemory> carried = new ArrayList<>();
    private final Map<Way, SequenceRun> sequences = new EnumMap<>(Way.class);
    private Tensors gathered;
    /** In single steps, for the profile of gathered sequences; null until somebody wants to know. */
    private SequenceRun watching;

    private Way way;

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
        way = mask.read(keeps);
        SequenceRun sequence = sequences.get(way);
        if (sequence == null) {
            sequence = build(way);
            sequences.put(way, sequence);
        }
        return sequence.initialState();
    }

    private SequenceRun build(Way wanted) {
        NativeScope scope = place.scope();
        return switch (wanted) {
            case DIRECT -> build(shape, masked);
            case GATHERED -> {
                gathered = gatheredTensors();
                yield build(shape.forward(), gathered);
            }
            case STEPWISE ->
                new SegmentedSequence(
                        shape,
                        Segmentation.single(shape.steps()),
                        masked,
                        setting,
                        new BoundaryMask(shape, mask),
                        scope);
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

    private Tensors gatheredTensors() {
        NativeScope scope = place.scope();
        FloatMemory input = scope.allocate(tensors.input().length());
        FloatMemory output = scope.allocate(tensors.output().length());
        if (tensors.outputGradient() == null) {
            return new Tensors(input, output, null, null);
        }
        FloatMemory inputGradient = tensors.inputGradient() == null ? null : scope.allocate(input.length());
        return new Tensors(input, output, masked.outputGradient(), inputGradient);
    }

    /** After {@link #prepare}: computes the output. */
    void forward() {
        SequenceRun sequence = sequences.get(way);
        if (way == Way.GATHERED) {
            rows.run(tensors.input(), gathered.input(), mask.sources(), shape.inputs());
        }
        sequence.forward();
        if (way == Way.GATHERED) {
            rows.run(gathered.output(), tensors.output(), mask.slots(), shape.units());
        } else if (mask.exists()) {
            mask.clear(tensors.output(), shape.units());
        }
    }

    /** The state after the last step of the last forward pass, which {@link #prepare} was told to keep. */
    List<FloatMemory> finalState() {
        SequenceRun sequence = sequences.get(way);
        if (!mask.exists() || way == Way.STEPWISE) {
            return sequence.finalState();
        }
        for (int i = carried.size(); i < shape.stateTensors(); i++) {
            carried.add(place.scope().allocate(shape.stateLength()));
        }
        for (int example = 0; example < shape.examples(); example++) {
            for (int i = 0; i < carried.size(); i++) {
                carry(sequence, i, example);
            }
        }
        return carried;
    }

    private void carry(SequenceRun sequence, int tensor, int example) {
        int units = shape.units();
        FloatMemory target = carried.get(tensor);
        if (tensor > 0) {
            // sequences with masked steps are run in single steps then
            target.copy((long) example * units, sequence.finalState().get(tensor), (long) example * units, units);
        } else if (mask.lastTime(example) < 0) {
            target.copy((long) example * units, sequence.initialState().get(0), (long) example * units, units);
        } else {
            long row = (long) mask.lastTime(example) * shape.examples() + example;
            target.copy((long) example * units, tensors.output(), row * units, units);
        }
    }

    /**
     * After {@link #forward}: computes the gradients of the parameters and, where somebody needs it, of the input.
     *
     * @param profile whether {@link #norms()} are wanted
     */
    void backward(boolean profile) {
        norms.clear();
        boolean apart = profile && way == Way.GATHERED;
        if (apart) {
            noteByStep();
        }
        if (mask.exists()) {
            int[] map = way == Way.GATHERED ? mask.sources() : mask.kept();
            rows.run(tensors.outputGradient(), masked.outputGradient(), map, shape.units());
        }
        sequences.get(way).backward(profile && !apart ? norms : null);
        if (way == Way.GATHERED && tensors.inputGradient() != null) {
            rows.run(gathered.inputGradient(), tensors.inputGradient(), mask.slots(), shape.inputs());
        }
        gradients.deliver();
    }

    /**
     * The boundaries of gathered sequences belong to other time steps for each example, so that the gradient through time is
     * noted in a run of its own. It leaves gradients of parameters that the layer's own backward pass overwrites.
     */
    private void noteByStep() {
        if (watching == null) {
            watching = watchingRun();
        }
        List<FloatMemory> initial = sequences.get(way).initialState();
        for (int i = 0; i < initial.size(); i++) {
            watching.initialState().get(i).copyFrom(initial.get(i));
        }
        rows.run(tensors.outputGradient(), masked.outputGradient(), mask.kept(), shape.units());
        watching.forward();
        watching.backward(norms);
        norms.keep(boundaries());
    }

    private SequenceRun watchingRun() {
        NativeScope scope = place.scope();
        OneDnn oneDnn = place.runtime().oneDnn();
        WorkspacePool pool = new WorkspacePool(oneDnn, scope);
        return new SegmentedSequence(
                shape,
                Segmentation.single(shape.steps()),
                new Tensors(tensors.input(), scope.allocate(tensors.output().length()), masked.outputGradient(), null),
                new Setting(oneDnn, weights, gradients, pool, true, true),
                new BoundaryMask(shape, mask),
                scope);
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

    /** The gradient with respect to the state that the last forward pass started from, h alone. */
    FloatMemory initialGradient() {
        return sequences.get(way).initialGradient().get(0);
    }

    /** The gradient through time of the last backward pass. */
    BoundaryNorms norms() {
        return norms;
    }
}
