package org.steadygrad.engine.cpu;

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
 * An elementwise activation function as oneDNN knows it, its derivative taken from its output.
 *
 * @param fromOutput the algorithm whose derivative takes the output
 */
record Eltwise(algorithm fromOutput, float alpha) {

    static Eltwise of(ActivationFunction function) {
        return switch (function.kind()) {
            case TANH -> new Eltwise(algorithm.eltwise_tanh_use_dst_for_bwd, 0);
            case SIGMOID -> new Eltwise(algorithm.eltwise_logistic_use_dst_for_bwd, 0);
            case RELU -> new Eltwise(algorithm.eltwise_relu_use_dst_for_bwd, (float) function.alpha());
            case IDENTITY, SOFTMAX -> throw new IllegalArgumentException(function + " isn't elementwise in oneDNN.");
        };
    }

    /** Attributes of a primitive that applies the function to what it puts out. */
    primitive_attr fused(NativeScope scope) {
        post_ops operations = scope.own(new post_ops());
        operations.append_eltwise(fromOutput, alpha, 0);
        primitive_attr attributes = scope.own(new primitive_attr());
        attributes.set_post_ops(operations);
        return attributes;
    }

    Call forward(Program program, memory source, memory output) {
        eltwise_forward.primitive_desc description = describe(program, source, output);
        NativeScope scope = program.scope();
        return program.runtime()
                .oneDnn()
                .call(scope, scope.own(new eltwise_forward(description)))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, output);
    }

    private eltwise_forward.primitive_desc describe(Program program, memory source, memory output) {
        NativeScope scope = program.scope();
        return scope.own(new eltwise_forward.primitive_desc(
                program.runtime().oneDnn().engine(),
                prop_kind.forward_training,
                fromOutput,
                scope.own(source.get_desc()),
                scope.own(output.get_desc()),
                alpha,
                0));
    }

    /** {@code sourceGradient = outputGradient * f'(source)}, where output is f(source). */
    Call backward(Program program, memory output, memory outputGradient, memory sourceGradient) {
        NativeScope scope = program.scope();
        memory.desc shape = scope.own(output.get_desc());
        eltwise_backward.primitive_desc description = scope.own(new eltwise_backward.primitive_desc(
                program.runtime().oneDnn().engine(),
                fromOutput,
                scope.own(sourceGradient.get_desc()),
                scope.own(outputGradient.get_desc()),
                shape,
                alpha,
                0,
                describe(program, output, output)));
        return program.runtime()
                .oneDnn()
                .call(scope, scope.own(new eltwise_backward(description)))
                .with(dnnl.DNNL_ARG_DST, output)
                .with(dnnl.DNNL_ARG_DIFF_DST, outputGradient)
                .with(dnnl.DNNL_ARG_DIFF_SRC, sourceGradient);
    }
}
