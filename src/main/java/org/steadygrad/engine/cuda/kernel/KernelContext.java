package org.steadygrad.engine.cuda.kernel;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.ProgramTensors;

/** What kernels are made of: the model, the tensors of one batch shape, the batch itself, and a scope for what they own. */
public final class KernelContext extends ProgramTensors<DeviceMemory> implements AutoCloseable {
    private final DeviceScope scope;
    private final CudaModel model;
    private final ResidualSums residuals;
    private final BiasesBelowNorms biases;
    private final Batch batch;
    private final Map<List<Long>, DeviceMemory> scratch = new HashMap<>();

    public KernelContext(CudaModel model, BatchShape shape) {
        this(model, shape, new DeviceScope(model.runtime().device()));
    }

    private KernelContext(CudaModel model, BatchShape shape, DeviceScope scope) {
        super("engine cuda", model.plan(), shape, scope::floats);
        this.model = model;
        this.scope = scope;
        residuals = new ResidualSums(model.plan().operations(), sharing());
        biases = new BiasesBelowNorms(
                model.plan().operations(),
                sharing(),
                shape,
                model.runtime().device().multiprocessors());
        try {
            allocateGradients();
            batch = new Batch(this);
            if (model.activationBytes() > 0) {
                shareWorkspaces(model.activationBytes(), scope.allocatedBytes());
            }
        } catch (RuntimeException | Error e) {
            scope.closeAfter(e);
            throw e;
        }
    }

    public CudaModel model() {
        return model;
    }

    public CudaRuntime runtime() {
        return model.runtime();
    }

    /** The batch that the next pass is about. */
    public Batch batch() {
        return batch;
    }

    public ResidualSums residuals() {
        return residuals;
    }

    public BiasesBelowNorms biases() {
        return biases;
    }

    /** For what lives as long as the program. */
    public DeviceScope scope() {
        return scope;
    }

    /**
     * Memory that holds nothing beyond one call of a kernel: whoever asks for the same size and number gets the same.
     *
     * @param bytes size
     */
    public DeviceMemory scratch(long bytes, long number) {
        return scratch.computeIfAbsent(List.of(bytes, number), key -> scope.bytes(bytes));
    }

    @Override
    public void close() {
        try (scope) {
            runtime().finish();
        }
    }
}
