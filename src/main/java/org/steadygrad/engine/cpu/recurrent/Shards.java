package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.SumKernel;
import org.steadygrad.engine.cpu.onednn.Workers;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Gradients;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Setting;
import org.steadygrad.engine.cpu.recurrent.SegmentedSequence.Tensors;

/**
 * Ranges of a batch's examples, each with tensors of its own for one thread, and the sum of their gradients.
 *
 * <p>Whether a layer's batch is split depends on its shape, its mask, the number of threads and the limit of memory, never on timing. What it gains is that no thread
 * waits for another at every step; what it costs is that each reads all recurrent weights at every step, that threads
 * are woken, and that tensors are copied. On two threads (with OpenMP's spinning bounded as by the launcher) whole training steps took 0.65 to 1 of the time within these
 * limits, and up to 1.2 of it beyond one of them.
 */
final class Shards {
    /** Recurrent weights that stay in a core's second cache beside all else: those of 128 LSTM or 256 simple units. */
    private static final int MOST_WEIGHTS = 1 << 16;

    /** Waking threads takes as long as the threads of one primitive wait for each other in some 16 steps. */
    private static final int FEWEST_STEPS = 32;

    /** Inputs that are wider than so many times the output take longer to copy. */
    private static final int WIDEST_INPUT = 8;

    private static final int FEWEST_EXAMPLES = 2;

    private final List<Shard> shards = new ArrayList<>();
    private final SumKernel sum;

    /**
     * A range of examples.
     *
     * @param first example
     * @param examples number of them
     * @param tensors like the whole batch's
     */
    record Shard(int first, int examples, Tensors tensors, Setting setting) {}

    /** How many shards a layer's batch is split into; 1 for not at all. */
    static int count(RecurrentShape shape, int threads) {
        long weights = (long) shape.gates() * shape.units() * shape.units();
        boolean worthwhile = weights <= MOST_WEIGHTS
                && shape.steps() >= FEWEST_STEPS
                && shape.inputs() <= WIDEST_INPUT * shape.units();
        return worthwhile ? Math.max(1, Math.min(threads, shape.examples() / FEWEST_EXAMPLES)) : 1;
    }

    /** Bytes that shards take beyond what the layer takes without them. */
    static long bytes(RecurrentShape shape, Blocks blocks, int count, boolean training) {
        long rows = (long) shape.steps() * shape.examples() * (shape.inputs() + shape.units());
        long gradients = blocks.input().length()
                + blocks.recurrent().length()
                + blocks.bias().length();
        long states = 3L * shape.stateTensors() * shape.stateLength();
        return Float.BYTES * (training ? 2 * rows + states + count * gradients : rows + states);
    }

    /**
     * @param whole the layer's tensors; null ones are null in all shards
     * @param setting the layer's
     */
    Shards(RecurrentLayer.Place place, RecurrentShape shape, Blocks blocks, Tensors whole, Setting setting, int count) {
        CpuRuntime runtime = place.runtime();
        for (int i = 0; i < count; i++) {
            int first = start(shape.examples(), i, count);
            int examples = start(shape.examples(), i + 1, count) - first;
            shards.add(new Shard(
                    first,
                    examples,
                    part(whole, examples, shape.examples(), place.scope()),
                    new Setting(
                            runtime.stream(i),
                            setting.weights(),
                            setting.training() ? new Gradients(blocks, place.scope()) : null,
                            new WorkspacePool(runtime.oneDnn(), place.scope()),
                            setting.training(),
                            setting.recompute())));
        }
        sum = setting.training() ? newSum(setting.gradients(), runtime.workers()) : null;
    }

    private static int start(int examples, int shard, int count) {
        return (int) ((long) examples * shard / count);
    }

    private static Tensors part(Tensors whole, int examples, int of, NativeScope scope) {
        return new Tensors(
                part(whole.input(), examples, of, scope),
                part(whole.output(), examples, of, scope),
                part(whole.outputGradient(), examples, of, scope),
                part(whole.inputGradient(), examples, of, scope));
    }

    private static FloatMemory part(FloatMemory whole, int examples, int of, NativeScope scope) {
        return whole == null ? null : scope.allocate((long) whole.length() / of * examples);
    }

    private SumKernel newSum(Gradients total, Workers workers) {
        List<FloatMemory> shares =
                shards.stream().map(shard -> shard.setting().gradients().all).toList();
        return new SumKernel(shares, total.all, workers);
    }

    List<Shard> list() {
        return shards;
    }

    /** After a backward pass of each shard: adds up the gradients of the parameters, in the order of the examples. */
    void sumGradients() {
        sum.run();
    }
}
