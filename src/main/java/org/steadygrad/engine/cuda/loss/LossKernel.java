package org.steadygrad.engine.cuda.loss;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LossScale;
import org.steadygrad.engine.cuda.kernel.OperationKernel;
import org.steadygrad.engine.cuda.kernel.PassNumbers;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.program.BatchShape.LabelMask;

/**
 * The output layer's activation function, the loss and its gradient, which is multiplied by the {@link LossScale}. All of them come out of one pass over the output, so
 * that training computes the gradient along with the loss, which {@link PassNumbers#lossSum} receives.
 */
public final class LossKernel implements OperationKernel {
    private final CudaRuntime runtime;
    private final List<Launch> launches;

    public LossKernel(KernelContext context, PlanOperation.Loss operation, int number) {
        runtime = context.runtime();
        context.shape().check(operation);
        LossTensors tensors = new LossTensors(
                context.value(operation.input()),
                context.value(operation.output()),
                context.training() ? Optional.of(training(context, operation, number)) : Optional.empty());
        launches = new ArrayList<>(LossLaunches.of(runtime, operation, tensors));
        DeviceMemory scale = context.model().lossScale().memory();
        if (scale != null) {
            tensors.gradient().ifPresent(gradient -> launches.add(scaled(gradient, scale)));
        }
    }

    private Launch scaled(DeviceMemory gradient, DeviceMemory scale) {
        return runtime.over(gradient.length(), "loss", "scale_gradient")
                .with(gradient)
                .with(scale)
                .with(gradient.length());
    }

    private static LossTensors.Training training(KernelContext context, PlanOperation.Loss operation, int number) {
        boolean byElement = context.shape().labelMask() == LabelMask.ELEMENTS;
        Optional<DeviceMemory> mask = context.batch().labelMask().or(() -> context.mask(operation.mask()));
        long partialBytes = (long) context.runtime().mostBlocks() * Double.BYTES;
        return new LossTensors.Training(
                context.batch().labels(),
                mask,
                byElement ? 1 : operation.output().size(),
                context.inputGradient(number, 0),
                context.scratch(partialBytes, 0),
                context.model().numbers().lossSum(),
                doubles(context, operation.settings().numbers()),
                doubles(context, operation.settings().byOutput()));
    }

    private static Optional<DeviceMemory> doubles(KernelContext context, List<Double> values) {
        if (values.isEmpty()) {
            return Optional.empty();
        }
        DeviceMemory target = context.scope().bytes((long) values.size() * Double.BYTES);
        try (PinnedMemory pinned = context.runtime().device().pinned(target.bytes())) {
            ByteBuffer content = pinned.content();
            content.order(ByteOrder.nativeOrder());
            values.forEach(content::putDouble);
            context.runtime().stream().upload(target, pinned);
            context.runtime().stream().synchronize();
        }
        return Optional.of(target);
    }

    @Override
    public void forward() {
        launches.forEach(runtime.stream()::launch);
    }

    /** The gradient is there already. */
    @Override
    public void backward() {}
}
