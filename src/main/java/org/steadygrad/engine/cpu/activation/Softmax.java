package org.steadygrad.engine.cpu.activation;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;

/** Softmax over the rows of matrices. */
final class Softmax {
    private static final int ALONG_ROWS = 1;

    private Softmax() {}

    static Call forward(KernelContext context, memory source, memory output) {
        NativeScope scope = context.scope();
        return context.runtime()
                .oneDnn()
                .call(scope, scope.own(new softmax_forward(describe(context, output))))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, output);
    }

    private static softmax_forward.primitive_desc describe(KernelContext context, memory output) {
        NativeScope scope = context.scope();
        memory.desc shape = scope.own(output.get_desc());
        return scope.own(new softmax_forward.primitive_desc(
                context.runtime().oneDnn().engine(),
                prop_kind.forward_training,
                algorithm.softmax_accurate,
                shape,
                shape,
                ALONG_ROWS,
                OneDnn.attributes(scope),
                false));
    }

    static Call backward(KernelContext context, memory output, memory outputGradient, memory sourceGradient) {
        NativeScope scope = context.scope();
        memory.desc shape = scope.own(output.get_desc());
        softmax_backward.primitive_desc description = scope.own(new softmax_backward.primitive_desc(
                context.runtime().oneDnn().engine(),
                algorithm.softmax_accurate,
                shape,
                shape,
                shape,
                ALONG_ROWS,
                describe(context, output),
                OneDnn.attributes(scope),
                false));
        return context.runtime()
                .oneDnn()
                .call(scope, scope.own(new softmax_backward(description)))
                .with(dnnl.DNNL_ARG_DST, output)
                .with(dnnl.DNNL_ARG_DIFF_DST, outputGradient)
                .with(dnnl.DNNL_ARG_DIFF_SRC, sourceGradient);
    }
}
