package org.steadygrad.engine.cpu;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.softmax_backward;
import org.bytedeco.dnnl.softmax_forward;
import org.steadygrad.engine.cpu.OneDnn.Call;

/** Softmax over the rows of matrices. */
final class Softmax {
    private static final int ALONG_ROWS = 1;

    private Softmax() {}

    static Call forward(Program program, memory source, memory output) {
        NativeScope scope = program.scope();
        return program.runtime()
                .oneDnn()
                .call(scope, scope.own(new softmax_forward(describe(program, output))))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, output);
    }

    private static softmax_forward.primitive_desc describe(Program program, memory output) {
        NativeScope scope = program.scope();
        memory.desc shape = scope.own(output.get_desc());
        return scope.own(new softmax_forward.primitive_desc(
                program.runtime().oneDnn().engine(),
                prop_kind.forward_training,
                algorithm.softmax_accurate,
                shape,
                shape,
                ALONG_ROWS,
                OneDnn.attributes(scope),
                false));
    }

    static Call backward(Program program, memory output, memory outputGradient, memory sourceGradient) {
        NativeScope scope = program.scope();
        memory.desc shape = scope.own(output.get_desc());
        softmax_backward.primitive_desc description = scope.own(new softmax_backward.primitive_desc(
                program.runtime().oneDnn().engine(),
                algorithm.softmax_accurate,
                shape,
                shape,
                shape,
                ALONG_ROWS,
                describe(program, output),
                OneDnn.attributes(scope),
                false));
        return program.runtime()
                .oneDnn()
                .call(scope, scope.own(new softmax_backward(description)))
                .with(dnnl.DNNL_ARG_DST, output)
                .with(dnnl.DNNL_ARG_DIFF_DST, outputGradient)
                .with(dnnl.DNNL_ARG_DIFF_SRC, sourceGradient);
    }
}
