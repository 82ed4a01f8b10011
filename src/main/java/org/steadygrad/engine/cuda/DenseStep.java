package org.steadygrad.engine.cuda;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.Blas;
import org.steadygrad.engine.cuda.driver.Blas.Matrix;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.plan.PlanStep;

/**
 * A dense layer: cuBLAS's products, straight from and to DL4J's 'f' order, and one kernel for bias and activation function
 * together. The activation function is one whose derivative follows from its output.
 */
final class DenseStep extends LaunchedStep {
    private final Program program;
    private final PlanStep.Dense step;
    private final int in;
    private final int out;
    private final int rows;
    private final Matrix input;
    private final Matrix weights;
    private final DeviceMemory output;

    DenseStep(Program program, PlanStep.Dense step, int number) {
        super(program);
        this.program = program;
        this.step = step;
        in = step.input().size();
        out = step.output().size();
        rows = program.rows(step.input());
        ModelMemory model = program.model().memory();
        input = Matrix.of(program.value(step.input()), in);
        weights = Matrix.of(model.parameters(step.weights()), in);
        output = program.value(step.output());
        Blas blas = runtime().blas();
        inForward(() -> blas.product(Matrix.of(output, out), weights.transpose(), input, out, rows, in, false));
        Optional<DeviceMemory> bias = step.bias().map(model::parameters);
        if (bias.isPresent() || !step.activation().isIdentity()) {
            inForward(runtime()
                    .over(output.length(), "dense", "bias_activate")
                    .with(output)
                    .with(bias.orElse(null))
                    .with(out)
                    .with(Activation.code(step.activation()))
                    .with((float) step.activation().alpha())
                    .with(output.length()));
        }
        if (program.needsGradient(step.output())) {
            planBackward(number);
        }
    }

    private void planBackward(int number) {
        boolean trained = step.weights().trained();
        boolean linear = step.activation().isIdentity();
        DeviceMemory outputGradient = program.gradient(step.output());
        DeviceMemory inner = linear ? outputGradient : program.scratch(output.bytes(), SCRATCH_GRADIENT);
        Optional<DeviceMemory> biasGradient =
                step.bias().filter(block -> trained).map(program.model().memory()::gradient);
        if (!linear || biasGradient.isPresent()) {
            RowSums.Tensors tensors =
                    new RowSums.Tensors(output, outputGradient, linear ? null : inner, biasGradient.orElse(null));
            RowSums.of(program, tensors, step.activation(), out).forEach(this::inBackward);
        }
        Matrix gradient = Matrix.of(inner, out);
        Blas blas = runtime().blas();
        if (trained) {
            Matrix target = Matrix.of(program.model().memory().gradient(step.weights()), in);
            inBackward(() -> blas.product(target, input, gradient.transpose(), in, out, rows, false));
        }
        program.inputGradient(number, 0).ifPresent(memory -> {
            Matrix target = Matrix.of(memory, in);
            inBackward(() -> blas.product(target, weights, gradient, in, rows, out, false));
        });
    }
}
