package org.steadygrad.engine.cpu.activation;

import java.util.Optional;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.plan.ActivationFunction;

/**
 * An elementwise activation function that oneDNN computes rightly, forward at least. It has others, but computes them wrongly
 * in places (3.11 and 3.13, x86): soft_relu(-20) is negative, elu loses digits near 0, gelu_erf and mish do in their tails, and
 * relu, clip and hardsigmoid turn NaN into a number.
 *
 * @param forward the algorithm
 * @param fromOutput whether its derivative is taken from the output, so that the input isn't needed any more
 */
public record Eltwise(algorithm forward, boolean fromOutput, float alpha, float beta) {
    /** {@code x clip(alpha x, 0, 1)} is a ReLU that keeps NaN, which {@code max(x, 0)} in vector instructions doesn't. */
    private static final Eltwise CAREFUL_RELU =
            new Eltwise(algorithm.eltwise_hardswish, false, Float.POSITIVE_INFINITY, 0);

    /** @throws IllegalArgumentException for functions that oneDNN doesn't have */
    public static Eltwise of(ActivationFunction function) {
        return find(function)
                .orElseThrow(() -> new IllegalArgumentException(function + " isn't elementwise in oneDNN."));
    }

    /** Empty for functions that oneDNN doesn't have, or has wrongly. */
    static Optional<Eltwise> find(ActivationFunction function) {
        float alpha = (float) function.alpha();
        return switch (function.kind()) {
            case TANH -> fromInput(algorithm.eltwise_tanh, 0, 0);
            case SIGMOID -> fromInput(algorithm.eltwise_logistic, 0, 0);
            case RELU ->
                alpha >= 0
                        ? Optional.of(new Eltwise(algorithm.eltwise_relu_use_dst_for_bwd, true, alpha, 0))
                        : fromInput(algorithm.eltwise_relu, alpha, 0);
            case SCALE -> fromInput(algorithm.eltwise_linear, alpha, 0);
            case SHIFT -> fromInput(algorithm.eltwise_linear, 1, alpha);
            default -> Optional.empty();
        };
    }

    private static Optional<Eltwise> fromInput(algorithm algorithm, float alpha, float beta) {
        return Optional.of(new Eltwise(algorithm, false, alpha, beta));
    }

    /** Whether NaN stays NaN. */
    boolean keepsNaN() {
        return forward != algorithm.eltwise_relu_use_dst_for_bwd || alpha != 0;
    }

    /**
     * The same in a form that keeps NaN; empty where oneDNN has none on this machine. What is minus infinity before a ReLU is
     * NaN after it, so that an overflow shows.
     */
    public Optional<Eltwise> fusible(OneDnn oneDnn) {
        if (keepsNaN()) {
            return Optional.of(this);
        }
        return CAREFUL_RELU.isRelu(oneDnn) ? Optional.of(CAREFUL_RELU) : Optional.empty();
    }

    /** Tries the algorithm: what it makes of 0 and NaN hangs on how its minima and maxima are written for a processor. */
    private boolean isRelu(OneDnn oneDnn) {
        float[] inputs = {Float.NaN, 0, -0f, 1e-40f, -1e-40f, 1, -1, 1e30f, -1e30f, Float.POSITIVE_INFINITY};
        float[] outputs = new float[inputs.length];
        try (NativeScope scope = new NativeScope()) {
            FloatMemory data = scope.allocate(inputs.length);
            data.write(0, inputs, inputs.length);
            memory view = oneDnn.view(scope, OneDnn.rows(scope, 1, inputs.length), data);
            forward(oneDnn, scope, view, view).run();
            data.read(0, outputs, outputs.length);
        }
        for (int i = 0; i < inputs.length; i++) {
            boolean right = Float.isNaN(inputs[i]) ? Float.isNaN(outputs[i]) : outputs[i] == Math.max(inputs[i], 0);
            if (!right) {
                return false;
            }
        }
        return true;
    }

    /** Attributes of a primitive that applies the function to what it puts out. */
    public primitive_attr fused(NativeScope scope) {
        post_ops operations = scope.own(new post_ops());
        operations.append_eltwise(forward, alpha, beta);
        primitive_attr attributes = OneDnn.attributes(scope);
        attributes.set_post_ops(operations);
        return attributes;
    }

    Call forward(KernelContext context, memory source, memory output) {
        return forward(context.runtime().oneDnn(), context.scope(), source, output);
    }

    private Call forward(OneDnn oneDnn, NativeScope scope, memory source, memory output) {
        return oneDnn.call(scope, scope.own(new eltwise_forward(describe(oneDnn, scope, source, output))))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, output);
    }

    private eltwise_forward.primitive_desc describe(OneDnn oneDnn, NativeScope scope, memory source, memory output) {
        return scope.own(new eltwise_forward.primitive_desc(
                oneDnn.engine(),
                prop_kind.forward_training,
                forward,
                scope.own(source.get_desc()),
                scope.own(output.get_desc()),
                alpha,
                beta,
                OneDnn.attributes(scope),
                false));
    }

    /**
     * {@code sourceGradient = outputGradient * f'(source)}.
     *
     * @param known the output, f(source), when the derivative is taken from it, else the source
     */
    public Call backward(KernelContext context, memory known, memory outputGradient, memory sourceGradient) {
        NativeScope scope = context.scope();
        eltwise_backward.primitive_desc description = scope.own(new eltwise_backward.primitive_desc(
                context.runtime().oneDnn().engine(),
                forward,
                scope.own(sourceGradient.get_desc()),
                scope.own(outputGradient.get_desc()),
                scope.own(known.get_desc()),
                alpha,
                beta,
                describe(context.runtime().oneDnn(), scope, known, known),
                OneDnn.attributes(scope),
                false));
        return context.runtime()
                .oneDnn()
                .call(scope, scope.own(new eltwise_backward(description)))
                .with(fromOutput ? dnnl.DNNL_ARG_DST : dnnl.DNNL_ARG_SRC, known)
                .with(dnnl.DNNL_ARG_DIFF_DST, outputGradient)
                .with(dnnl.DNNL_ARG_DIFF_SRC, sourceGradient);
    }
}
