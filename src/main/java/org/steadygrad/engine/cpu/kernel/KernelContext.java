package org.steadygrad.engine.cpu.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.ProgramTensors;

/** What kernels are made of: the model, the tensors of one batch shape, the batch itself, and a scope for what they own. */
public final class KernelContext extends ProgramTensors<FloatMemory> implements AutoCloseable {
    private final NativeScope scope;
    private final CpuModel model;
    private final Map<List<Long>, FloatMemory> scratch = new HashMap<>();
    private final Batch batch;

    public KernelContext(CpuModel model, BatchShape shape) {
        this(model, shape, new NativeScope());
    }

    private KernelContext(CpuModel model, BatchShape shape, NativeScope scope) {
        super("engine cpu", model.plan(), shape, scope::allocate);
        this.model = model;
        this.scope = scope;
        try {
            allocateGradients();
            batch = new Batch(this);
            if (model.activationBytes() > 0) {
                shareWorkspaces(model.activationBytes(), scope.allocatedBytes());
            }
        } catch (RuntimeException | Error e) {
            scope.close();
            throw e;
        }
    }

    public CpuModel model() {
        return model;
    }

    public CpuRuntime runtime() {
        return model.runtime();
    }

    /** The batch that the next pass is about. */
    public Batch batch() {
        return batch;
    }

    /** For what lives as long as the program. */
    public NativeScope scope() {
        return scope;
    }

    /** A tensor as a matrix of its rows. */
    public memory matrix(Value value) {
        return matrix(value, value(value));
    }

    /** Other memory of the tensor's shape, as a matrix of the tensor's rows. */
    public memory matrix(Value value, FloatMemory data) {
        return runtime().oneDnn().view(scope, OneDnn.rows(scope, rows(value), value.size()), data);
    }

    /**
     * Memory that holds nothing beyond one call of a kernel: whoever asks for the same length and number gets the same.
     *
     * @param length number of floats
     */
    public FloatMemory scratch(long length, long number) {
        return scratch.computeIfAbsent(List.of(length, number), key -> scope.allocate(length));
    }

    @Override
    public void close() {
        scope.close();
    }
}
