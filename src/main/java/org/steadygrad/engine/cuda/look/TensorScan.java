package org.steadygrad.engine.cuda.look;

import java.nio.DoubleBuffer;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.DeviceScope;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.trace.Reading;
import org.steadygrad.model.ActivationRange;

/** Reads one tensor for a trace, as often as it is enqueued, and leaves what it saw at one place of a buffer. */
public final class TensorScan {
    /** Number of doubles of a result. */
    public static final int NUMBERS = 8;

    private static final String FILE = "trace";
    /** Number of doubles that a block leaves. */
    static final int PARTS = 6;

    private final CudaRuntime runtime;
    private final Tensor tensor;
    private final Optional<DeviceMemory> alive;
    private final Launch scan;
    private final Launch fold;

    /**
     * @param data [rows, columns]
     * @param mask [rows], 0 where there is no data; empty when there is data everywhere
     * @param range of what it can hold
     */
    public record Tensor(DeviceMemory data, int columns, Optional<DeviceMemory> mask, ActivationRange range) {}

    /**
     * Memory that scans share one after the other.
     *
     * @param parts what blocks leave
     * @param alive one word per column, for at least as many as any tensor that can die has
     */
    public record Workspace(CudaRuntime runtime, DeviceMemory parts, DeviceMemory alive) {
        /** @param columns most that a tensor has whose units can die */
        public static Workspace of(CudaRuntime runtime, DeviceScope scope, int columns) {
            long parts = (long) runtime.mostBlocks() * PARTS * Double.BYTES;
            return new Workspace(runtime, scope.bytes(parts), scope.bytes((long) columns * Integer.BYTES));
        }
    }

    /** @param result {@value #NUMBERS} doubles */
    public TensorScan(Workspace workspace, Tensor tensor, DeviceMemory result) {
        this.tensor = tensor;
        runtime = workspace.runtime;
        long elements = tensor.data.length();
        int blocks = runtime.blocks(elements);
        alive = tensor.range.canDie()
                ? Optional.of(workspace.alive.slice(0, (long) tensor.columns * Integer.BYTES))
                : Optional.empty();
        scan = runtime.each(blocks, FILE, "scan_tensor")
                .with(tensor.data)
                .with(tensor.mask.orElse(null))
                .with(elements)
                .with(tensor.columns)
                .with(tensor.range.bounded() ? 1 : 0)
                .with(tensor.range.saturatedBelow())
                .with(tensor.range.saturatedAbove())
                .with(alive.orElse(null))
                .with(workspace.parts);
        fold = runtime.each(1, FILE, "fold_scan")
                .with(workspace.parts)
                .with(blocks)
                .with(tensor.data)
                .with(elements)
                .with(alive.orElse(null))
                .with(tensor.columns)
                .with(result);
    }

    public void enqueue() {
        alive.ifPresent(runtime.stream()::zero);
        runtime.stream().launch(scan);
        runtime.stream().launch(fold);
    }

    /** @param numbers the next {@value #NUMBERS} are the result */
    public Reading reading(DoubleBuffer numbers) {
        Reading.Sums sums = new Reading.Sums(
                numbers.get(), numbers.get(), numbers.get(), (long) numbers.get(), (long) numbers.get(), (int)
                        numbers.get());
        double first = numbers.get();
        int row = first < 0 ? -1 : (int) ((long) first / tensor.columns);
        return Reading.of(sums, tensor.columns, tensor.range, row, numbers.get());
    }
}
