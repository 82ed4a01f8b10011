package org.steadygrad.engine.cuda.layer;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.kernel.ColumnSplit;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;

/** Sums of a gradient's rows, which are the gradient of a bias; on the way the slope of an activation function joins in. */
final class RowSums {
    private RowSums() {}

    /**
     * @param output [rows, columns] of the activation function; null when there is none
     * @param outputGradient [rows, columns]
     * @param inner [rows, columns], where the gradient before the activation function goes; null when there is none
     * @param sums [columns], where the sums of its rows go; null if not asked for
     */
    record Tensors(DeviceMemory output, DeviceMemory outputGradient, DeviceMemory inner, DeviceMemory sums) {}

    /** {@code sums = sum of the gradient's rows}, in a fixed order. */
    static List<Launch> of(KernelContext context, DeviceMemory gradient, DeviceMemory sums) {
        return of(context, new Tensors(null, gradient, null, sums), ActivationFunction.IDENTITY, (int) sums.length());
    }

    /** @param function one whose derivative follows from its output */
    static List<Launch> of(KernelContext context, Tensors tensors, ActivationFunction function, int columns) {
        CudaRuntime runtime = context.runtime();
        long rows = tensors.outputGradient.length() / columns;
        ColumnSplit split =
                ColumnSplit.of(Math.toIntExact(rows), columns, runtime.device().multiprocessors());
        DeviceMemory parts =
                context.scratch((long) split.chunks() * columns * Double.BYTES, LaunchedKernel.SCRATCH_PARTS);
        List<Launch> launches = new ArrayList<>();
        launches.add(runtime.each(split.blocks(), "dense", "dense_backward")
                .with(tensors.output)
                .with(tensors.outputGradient)
                .with(tensors.inner)
                .with(tensors.sums)
                .with(parts)
                .with(Activation.code(function))
                .with((float) function.alpha())
                .with(rows)
                .with(columns)
                .with(split.width())
                .with(split.chunks())
                .with((long) split.chunkRows()));
        if (split.chunks() > 1 && tensors.sums != null) {
            launches.add(runtime.each(split.tiles(), "dense", "fold_columns")
                    .with(parts)
                    .with(tensors.sums)
                    .with(split.chunks())
                    .with(columns)
                    .with(split.width()));
        }
        return launches;
    }
}
