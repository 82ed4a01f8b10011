package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.kernel.PackedWeights;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.ops.ParameterBlock;

/**
 * The parameters of a recurrent layer in oneDNN's order of gates, and their gradients on the way back to DL4J's. DL4J's
 * weights, [in, gates * units] in 'f' order, lie in memory as [gates][units][in].
 */
final class RecurrentWeights {
    private final RecurrentShape shape;
    private final OneDnn oneDnn;
    private final PackedWeights packed;
    private final NativeScope scope;
    private final Tensor input;
    private final Tensor recurrent;
    private final FloatMemory bias;

    /** Where one of the weights lies in oneDNN's order of gates. */
    private record Tensor(FloatMemory values, memory.desc plain) {}

    /**
     * The parameters in DL4J's flat vector.
     *
     * @param input [inputs, gates * units]
     * @param recurrent [units, gates * units]
     * @param bias [parts of the bias * units]
     */
    record Blocks(ParameterBlock input, ParameterBlock recurrent, ParameterBlock bias) {}

    RecurrentWeights(OneDnn oneDnn, PackedWeights packed, RecurrentShape shape, Blocks blocks, NativeScope scope) {
        this.oneDnn = oneDnn;
        this.packed = packed;
        this.shape = shape;
        this.scope = scope;
        input = tensor(blocks.input, shape.inputs());
        recurrent = tensor(blocks.recurrent, shape.units());
        bias = packed.arranged(blocks.bias.offset(), blocks.bias.length(), shape.biasOrder());
    }

    private Tensor tensor(ParameterBlock block, long in) {
        long gates = shape.gates();
        long units = shape.units();
        memory.desc plain = OneDnn.strided(scope, new long[] {1, 1, in, gates, units}, new long[] {
            block.length(), block.length(), 1, units * in, in
        });
        return new Tensor(packed.arranged(block.offset(), block.length(), shape.gateOrder()), plain);
    }

    /** @param wanted the layout that a primitive asks for */
    memory input(memory.desc wanted) {
        return packed.get(input.values, input.plain, wanted);
    }

    memory recurrent(memory.desc wanted) {
        return packed.get(recurrent.values, recurrent.plain, wanted);
    }

    memory bias(memory.desc layout) {
        return oneDnn.view(scope, layout, bias);
    }

    /**
     * Gradients as oneDNN adds them up, [in, gates, units] and [gates, units], in memory that holds nothing beyond a
     * backward pass.
     */
    static final class Gradients {
        /** All three, one after the other. */
        final FloatMemory all;

        final FloatMemory input;
        final FloatMemory recurrent;
        final FloatMemory bias;
        private final List<Call> reorders = new ArrayList<>();
        private final List<FloatMemory[]> copies = new ArrayList<>();

        Gradients(Blocks blocks, NativeScope scope) {
            long recurrentStart = aligned(blocks.input.length());
            long biasStart = recurrentStart + aligned(blocks.recurrent.length());
            all = scope.allocate(biasStart + blocks.bias.length());
            input = all.slice(0, blocks.input.length());
            recurrent = all.slice(recurrentStart, blocks.recurrent.length());
            bias = all.slice(biasStart, blocks.bias.length());
        }

        private static long aligned(long length) {
            return (length + FloatMemory.ALIGNED_FLOATS - 1) / FloatMemory.ALIGNED_FLOATS * FloatMemory.ALIGNED_FLOATS;
        }

        void zero() {
            all.zero();
        }

        /** Copies the sums to the flat gradient. */
        void deliver() {
            for (int i = 0; i < reorders.size(); i++) {
                reorders.get(i).run();
            }
            for (int i = 0; i < copies.size(); i++) {
                copies.get(i)[1].copyFrom(copies.get(i)[0]);
            }
        }
    }

    /** Has the gradients of the weights delivered to a block of the flat gradient. */
    void deliverInput(Gradients gradients, FloatMemory block) {
        deliver(gradients, gradients.input, block, shape.inputs());
    }

    void deliverRecurrent(Gradients gradients, FloatMemory block) {
        deliver(gradients, gradients.recurrent, block, shape.units());
    }

    private void deliver(Gradients gradients, FloatMemory from, FloatMemory block, long in) {
        long units = shape.units();
        long gates = shape.gates();
        int[] order = shape.gateOrder();
        for (int first = 0; first < order.length; ) {
            int end = first + 1;
            while (end < order.length && order[end] == order[end - 1] + 1) {
                end++;
            }
            long columns = (end - first) * units;
            long[] dimensions = {in, columns};
            memory source = oneDnn.view(
                    scope,
                    OneDnn.strided(scope, dimensions, new long[] {gates * units, 1}),
                    from.slice(first * units, (in - 1) * gates * units + columns));
            memory target = oneDnn.view(
                    scope,
                    OneDnn.strided(scope, dimensions, new long[] {1, in}),
                    block.slice(order[first] * units * in, columns * in));
            gradients.reorders.add(oneDnn.reorder(scope, source, target));
            first = end;
        }
    }

    void deliverBias(Gradients gradients, FloatMemory block) {
        int[] order = shape.biasOrder();
        int units = shape.units();
        for (int i = 0; i < order.length; i++) {
            gradients.copies.add(new FloatMemory[] {
                gradients.bias.slice((long) i * units, units), block.slice((long) order[i] * units, units)
            });
        }
    }
}
