package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cpu.RecurrentWeights.Blocks;
import org.steadygrad.engine.cpu.RecurrentWeights.Gradients;
import org.steadygrad.engine.cpu.SegmentedSequence.Setting;
import org.steadygrad.engine.cpu.SegmentedSequence.Tensors;

/** Ranges of a batch's examples, each with tensors of its own for one thread, and the sum of their gradients. */
final class Shards {
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
        return Math.max(1, Math.min(Math.min(threads, shape.examples()), Integer.getInteger("shards", 1)));
    }

    /** Bytes that shards take beyond what the layer takes without them. */
    static long bytes(RecurrentShape shape, Blocks blocks, int count, boolean training) {
        long rows = (long) shape.steps() * shape.examples() * (shape.inputs() + shape.units());
        long gradients =
                blocks.input().length() + blocks.recurrent().length() + blocks.bias().length();
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
