package org.steadygrad.engine.cpu.recurrent;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.PackedWeights;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.NdMemory;
import org.steadygrad.engine.cpu.recurrent.RecurrentWeights.Blocks;
import org.steadygrad.nn.GRUAccelerator.Parameters;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.ParameterBlock;

/** Parameters of one plain GRU layer, and what its runs share. */
final class GruModel implements AutoCloseable {
    private final int inputs;
    private final int units;
    private final Blocks blocks;
    private final CpuRuntime runtime;
    private final ModelMemory memory;
    private final PackedWeights packed;

    GruModel(int inputs, int units) {
        this.inputs = inputs;
        this.units = units;
        long in = 3L * units * inputs;
        long recurrent = 3L * units * units;
        blocks = new Blocks(
                block("W", 0, List.of((long) inputs, 3L * units)),
                block("RW", in, List.of((long) units, 3L * units)),
                block("b", in + recurrent, List.of(4L * units)));
        runtime = CpuRuntime.ofCallingThread();
        memory = new ModelMemory(new FlatLayout(List.of(blocks.input(), blocks.recurrent(), blocks.bias())), 0);
        packed = new PackedWeights(runtime, memory);
    }

    private static ParameterBlock block(String name, long offset, List<Long> shape) {
        return new ParameterBlock("gru", name, offset, shape, ParameterBlock.Kind.TRAINED);
    }

    int inputs() {
        return inputs;
    }

    int units() {
        return units;
    }

    Blocks blocks() {
        return blocks;
    }

    CpuRuntime runtime() {
        return runtime;
    }

    ModelMemory memory() {
        return memory;
    }

    PackedWeights packed() {
        return packed;
    }

    void takeParameters(Parameters parameters) {
        take(parameters.input(), blocks.input());
        take(parameters.recurrent(), blocks.recurrent());
        take(parameters.bias(), blocks.bias());
        memory.parametersChanged();
        packed.refresh();
    }

    private void take(INDArray array, ParameterBlock block) {
        INDArray dense = isDense(array) ? array : array.dup('f');
        Pointer.memcpy(memory.parameters(block).pointer(), NdMemory.address(dense), Float.BYTES * block.length());
    }

    void giveGradients(Parameters gradients) {
        give(blocks.input(), gradients.input());
        give(blocks.recurrent(), gradients.recurrent());
        give(blocks.bias(), gradients.bias());
    }

    private void give(ParameterBlock block, INDArray array) {
        INDArray dense = isDense(array) ? array : array.dup('f');
        Pointer.memcpy(NdMemory.address(dense), memory.gradient(block).pointer(), Float.BYTES * block.length());
        if (dense != array) {
            array.assign(dense);
        }
    }

    /** Whether elements lie one after the other in 'f' order. */
    private static boolean isDense(INDArray array) {
        return array.rank() == 1
                ? array.stride(0) == 1
                : (array.size(0) == 1 || array.stride(0) == 1)
                        && (array.size(1) == 1 || array.stride(1) == array.size(0));
    }

    @Override
    public void close() {
        packed.close();
        memory.close();
        runtime.close();
    }
}
