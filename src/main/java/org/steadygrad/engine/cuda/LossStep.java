package org.steadygrad.engine.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.Launch;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.program.BatchShape.LabelMask;

/**
 * The output layer's activation function, the loss and its gradient, which is multiplied by the {@link LossScale}. All of them come out of one pass over the output, so
 * that training computes the gradient along with the loss, which {@link PassNumbers#lossSum} receives.
 */
final class LossStep implements StepKernel {
    private final CudaRuntime runtime;
    private final List<Launch> launches;

    LossStep(Program program, PlanStep.Loss step, int number) {
        runtime = program.runtime();
        program.shape().check(step);
        LossTensors tensors = new LossTensors(
                program.value(step.input()),
                program.value(step.output()),
                program.training() ? Optional.of(training(program, step, number)) : Optional.empty());
        launches = new ArrayList<>(LossLaunches.of(runtime, step, tensors));
        DeviceMemory scale = program.model().lossScale().memory();
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

    private static LossTensors.Training training(Program program, PlanStep.Loss step, int number) {
        boolean byElement = program.shape().labelMask() == LabelMask.ELEMENTS;
        Optional<DeviceMemory> mask = program.batch().labelMask().or(() -> program.mask(step.mask()));
        long partialBytes = (long) program.runtime().mostBlocks() * Double.BYTES;
        return new LossTensors.Training(
                program.batch().labels(),
                mask,
                byElement ? 1 : step.output().size(),
                program.inputGradient(number, 0),
                program.scratch(partialBytes, 0),
                program.model().numbers().lossSum());
    }

    @Override
    public void forward() {
        launches.forEach(runtime.stream()::launch);
    }

    /** The gradient is there already. */
    @Override
    public void backward() {}
}
