package org.steadygrad.engine.cuda.layer;

import java.util.Optional;
import org.steadygrad.engine.cuda.driver.Blas;
import org.steadygrad.engine.cuda.driver.Blas.Matrix;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.kernel.KernelContext;
import org.steadygrad.engine.cuda.kernel.LaunchedKernel;
import org.steadygrad.engine.cuda.kernel.ModelMemory;
import org.steadygrad.engine.plan.PlanOperation;

/**
 * A dense layer: cuBLAS's products, straight from and to DL4J's 'f' order, and one kernel for bias and activation function
 * together. The activation function is one whose derivative follows from its output. Below a normalisation that does it
 * ({@link org.steadygrad.engine.cuda.kernel.BiasesBelowNorms}) the bias is left to that.
 */
public final class DenseKernel extends LaunchedKernel {
    private final KernelContext context;
    private final PlanOperation.Dense operation;
    private final int in;
    private final int out;
    private final int rows;
    private final Matrix input;
    private final Matrix weights;
    private final DeviceMemory output;

    public DenseKernel(KernelContext context, PlanOperation.Dense operation, int number) {
        super(context);
        this.context = context;
        this.operation = operation;
        in = operation.input().size();
        out = operation.output().size();
        rows = context.rows(operation.input());
        ModelMemory model = context.model().memory();
        input = Matrix.of(context.value(operation.input()), in);
        weights = Matrix.of(model.parameters(operation.weights()), in);
        output = context.value(operation.output());
        Blas blas = runtime().blas();
        inForward(() -> blas.product(Matrix.of(output, out), weights.transpose(), input, out, rows, in, false));
        Optional<DeviceMemory> bias = operation.bias().map(model::parameters);
        if (!context.biases().addedAfter(operation)
                && (bias.isPresent() || !operation.activation().isIdentity())) {
            inForward(runtime()
                    .over(output.length(), "dense", "bias_activate")
                    .with(output)
                    .with(bias.orElse(null))
                    .with(out)
                    .with(Activation.code(operation.activation()))
                    .with((float) operation.activation().alpha())
                    .with(output.length()));
        }
        if (context.needsGradient(operation.output())) {
            planBackward(number);
        }
    }

    private void planBackward(int number) {
        boolean trained = operation.weights().trained();
        boolean linear = operation.activation().isIdentity();
        DeviceMemory outputGradient = context.gradient(operation.output());
        DeviceMemory inner = linear ? outputGradient : context.scratch(output.bytes(), SCRATCH_GRADIENT);
        Optional<DeviceMemory> biasGradient = operation
                .bias()
                .filter(block -> trained && !context.biases().summedAfter(operation))
                .map(context.model().memory()::gradient);
        if (!linear || biasGradient.isPresent()) {
            RowSums.Tensors tensors =
                    new RowSums.Tensors(output, outputGradient, linear ? null : inner, biasGradient.orElse(null));
            RowSums.of(context, tensors, operation.activation(), out).forEach(this::inBackward);
        }
        Matrix gradient = Matrix.of(inner, out);
        Blas blas = runtime().blas();
        if (trained) {
            Matrix target = Matrix.of(context.model().memory().gradient(operation.weights()), in);
            inBackward(() -> blas.product(target, input, gradient.transpose(), in, out, rows, false));
        }
        context.inputGradient(number, 0).ifPresent(memory -> {
            Matrix target = Matrix.of(memory, in);
            inBackward(() -> blas.product(target, weights, gradient, in, rows, out, false));
        });
    }
}
