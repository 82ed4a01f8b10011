package org.steadygrad.engine.cpu.activation;

import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.Value;

/**
 * Makes what applies an activation function to a tensor: oneDNN's primitives where they are right for every float, else loops
 * over the formulas.
 */
public final class Activation {
    private final KernelContext context;
    private final ActivationFunction function;
    private final Optional<Eltwise> eltwise;
    private SaturatingActivation saturating;

    public Activation(KernelContext context, ActivationFunction function) {
        this.context = context;
        this.function = function;
        eltwise = Eltwise.find(function);
    }

    /** {@code output = f(input)}, whenever it is run. */
    public Runnable forward(Value input, Value output) {
        memory source = context.matrix(input);
        memory target = context.matrix(output);
        if (function.kind() == Kind.SOFTMAX) {
            return Softmax.forward(context, source, target)::run;
        }
        if (SaturatingActivation.knows(function)) {
            return saturating(input).forward(source, context.value(output), target);
        }
        Optional<Eltwise> careful = eltwise.filter(e -> e.keepsNaN() || context.training())
                .flatMap(e -> e.fusible(context.runtime().oneDnn()));
        if (careful.isPresent()) {
            return careful.get().forward(context, source, target)::run;
        }
        return JavaActivation.forward(context, function, context.value(input), context.value(output));
    }

    /** {@code inputGradient = outputGradient * f'(input)}, whenever it is run. */
    public Runnable backward(Value input, Value output, FloatMemory outputGradient, FloatMemory inputGradient) {
        memory above = context.matrix(output, outputGradient);
        memory below = context.matrix(input, inputGradient);
        if (function.kind() == Kind.SOFTMAX) {
            return Softmax.backward(context, context.matrix(output), above, below)::run;
        }
        if (SaturatingActivation.knows(function)) {
            return saturating(input).backward(context.matrix(input), outputGradient, above, inputGradient, below);
        }
        if (eltwise.isPresent()) {
            memory known = context.matrix(eltwise.get().fromOutput() ? output : input);
            return eltwise.get().backward(context, known, above, below)::run;
        }
        return JavaActivation.backward(context, function, context.value(input), outputGradient, inputGradient);
    }

    /** One for both ways: what the first sees of the input spares the second a look. */
    private SaturatingActivation saturating(Value input) {
        if (saturating == null) {
            saturating = new SaturatingActivation(context, function, context.value(input));
        }
        return saturating;
    }
}
