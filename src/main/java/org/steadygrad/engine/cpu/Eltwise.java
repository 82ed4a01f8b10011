package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.steadygrad.engine.cpu.OneDnn.Call;
import org.steadygrad.engine.plan.ActivationFunction;

/**
 * An elementwise activation function as oneDNN knows it.
 *
 * @param forward the algorithm
 * @param fromOutput whether its derivative is taken from the output, so that the input isn't needed any more
 */
record Eltwise(algorithm forward, boolean fromOutput, float alpha, float beta) {

    /** @throws IllegalArgumentException for functions that oneDNN doesn't have */
    static Eltwise of(ActivationFunction function) {
        return find(function)
                .orElseThrow(() -> new IllegalArgumentException(function + " isn't elementwise in oneDNN."));
    }

    /** Empty for functions that oneDNN doesn't have. */
    static Optional<Eltwise> find(ActivationFunction function) {
        float alpha = (float) function.alpha();
        return switch (function.kind()) {
            case TANH -> fromOutput(algorithm.eltwise_tanh_use_dst_for_bwd, 0);
            case SIGMOID -> fromOutput(algorithm.eltwise_logistic_use_dst_for_bwd, 0);
            case RELU ->
                alpha >= 0
                        ? fromOutput(algorithm.eltwise_relu_use_dst_for_bwd, alpha)
                        : fromInput(algorithm.eltwise_relu, alpha, 0);
            case ELU ->
                alpha >= 0
                        ? fromOutput(algorithm.eltwise_elu_use_dst_for_bwd, alpha)
                        : fromInput(algorithm.eltwise_elu, alpha, 0);
            case SOFTPLUS -> fromInput(algorithm.eltwise_soft_relu, 1, 0);
            case SWISH -> fromInput(algorithm.eltwise_swish, alpha, 0);
            case MISH -> fromInput(algorithm.eltwise_mish, 0, 0);
            case GELU_EXACT -> fromInput(algorithm.eltwise_gelu_erf, 0, 0);
            case HARD_SIGMOID -> fromInput(algorithm.eltwise_hardsigmoid, 0.2f, 0.5f);
            case HARD_TANH -> fromInput(algorithm.eltwise_clip_v2, -1, 1);
            case RELU6 -> fromInput(algorithm.eltwise_clip_v2, 0, 6);
            case SCALE -> fromInput(algorithm.eltwise_linear, alpha, 0);
            case SHIFT -> fromInput(algorithm.eltwise_linear, 1, alpha);
            default -> Optional.empty();
        };
    }

    private static Optional<Eltwise> fromOutput(algorithm algorithm, float alpha) {
        return Optional.of(new Eltwise(algorithm, true, alpha, 0));
    }

    private static Optional<Eltwise> fromInput(algorithm algorithm, float alpha, float beta) {
        return Optional.of(new Eltwise(algorithm, false, alpha, beta));
    }

    /** Attributes of a primitive that applies the function to what it puts out. */
    primitive_attr fused(NativeScope scope) {
        post_ops operations = scope.own(new post_ops());
        operations.append_eltwise(forward, alpha, beta);
        primitive_attr attributes = OneDnn.attributes(scope);
        attributes.set_post_ops(operations);
        return attributes;
    }

    Call forward(Program program, memory source, memory output) {
        NativeScope scope = program.scope();
        return program.runtime()
                .oneDnn()
                .call(scope, scope.own(new eltwise_forward(describe(program, source, output))))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, output);
    }

    private eltwise_forward.primitive_desc describe(Program program, memory source, memory output) {
        NativeScope scope = program.scope();
        return scope.own(new eltwise_forward.primitive_desc(
                program.runtime().oneDnn().engine(),
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
    Call backward(Program program, memory known, memory outputGradient, memory sourceGradient) {
        NativeScope scope = program.scope();
        eltwise_backward.primitive_desc description = scope.own(new eltwise_backward.primitive_desc(
                program.runtime().oneDnn().engine(),
                forward,
                scope.own(sourceGradient.get_desc()),
                scope.own(outputGradient.get_desc()),
                scope.own(known.get_desc()),
                alpha,
                beta,
                describe(program, known, known),
                OneDnn.attributes(scope),
                false));
        return program.runtime()
                .oneDnn()
                .call(scope, scope.own(new eltwise_backward(description)))
                .with(fromOutput ? dnnl.DNNL_ARG_DST : dnnl.DNNL_ARG_SRC, known)
                .with(dnnl.DNNL_ARG_DIFF_DST, outputGradient)
                .with(dnnl.DNNL_ARG_DIFF_SRC, sourceGradient);
    }
}
