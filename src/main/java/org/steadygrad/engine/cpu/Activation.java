package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.Value;

/**
 * Makes what applies an activation function to a tensor: oneDNN's primitives where they are right for every float, else loops
 * over the formulas.
 */
final class Activation {
    private final Program program;
    private final ActivationFunction function;
    private final Optional<Eltwise> eltwise;
    private SaturatingActivation saturating;

    Activation(Program program, ActivationFunction function) {
        this.program = program;
        this.function = function;
        eltwise = Eltwise.find(function);
    }

    /** {@code output = f(input)}, whenever it is run. */
    Runnable forward(Value input, Value output) {
        memory source = program.matrix(input);
        memory target = program.matrix(output);
        if (function.kind() == Kind.SOFTMAX) {
            return Softmax.forward(program, source, target)::run;
        }
        if (SaturatingActivation.knows(function)) {
            return saturating(input).forward(source, program.value(output), target);
        }
        Optional<Eltwise> careful = eltwise.filter(e -> e.keepsNaN() || program.training())
                .flatMap(e -> e.fusible(program.runtime().oneDnn()));
        if (careful.isPresent()) {
            return careful.get().forward(program, source, target)::run;
        }
        return JavaActivation.forward(program, function, program.value(input), program.value(output));
    }

    /** {@code inputGradient = outputGradient * f'(input)}, whenever it is run. */
    Runnable backward(Value input, Value output, FloatMemory outputGradient, FloatMemory inputGradient) {
        memory above = program.matrix(output, outputGradient);
        memory below = program.matrix(input, inputGradient);
        if (function.kind() == Kind.SOFTMAX) {
            return Softmax.backward(program, program.matrix(output), above, below)::run;
        }
        if (SaturatingActivation.knows(function)) {
            return saturating(input).backward(program.matrix(input), outputGradient, above, inputGradient, below);
        }
        if (eltwise.isPresent()) {
            memory known = program.matrix(eltwise.get().fromOutput() ? output : input);
            return eltwise.get().backward(program, known, above, below)::run;
        }
        return JavaActivation.backward(program, function, program.value(input), outputGradient, inputGradient);
    }

    /** One for both ways: what the first sees of the input spares the second a look. */
    private SaturatingActivation saturating(Value input) {
        if (saturating == null) {
            saturating = new SaturatingActivation(program, function, program.value(input));
        }
        return saturating;
    }
}
