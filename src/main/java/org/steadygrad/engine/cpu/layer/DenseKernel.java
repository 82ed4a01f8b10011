package org.steadygrad.engine.cpu.layer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.inner_product_backward_data;
import org.bytedeco.dnnl.inner_product_backward_weights;
import org.bytedeco.dnnl.inner_product_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.steadygrad.engine.cpu.activation.Eltwise;
import org.steadygrad.engine.cpu.activation.JavaActivation;
import org.steadygrad.engine.cpu.kernel.Kernel;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.kernel.ModelMemory;
import org.steadygrad.engine.cpu.kernel.Pass;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.ops.ParameterBlock;

/**
 * A dense layer as oneDNN's inner product. DL4J's weights, [in, out] in 'f' order, lie in memory as oneDNN's plain
 * [out, in], so that their gradient is written to its place in the flat vector straight away.
 */
public final class DenseKernel implements Kernel {
    private final KernelContext context;
    private final OneDnn oneDnn;
    private final NativeScope scope;
    private final PlanOperation.Dense operation;
    private final memory.desc source;
    private final memory.desc output;
    private final memory.desc plainWeights;
    private final memory.desc anyWeights;
    private final Optional<memory.desc> bias;
    private final Optional<Eltwise> fused;
    private final inner_product_forward.primitive_desc description;
    private final Call forward;
    private final Optional<Runnable> activation;
    private final List<Call> backward = new ArrayList<>();

    public DenseKernel(KernelContext context, PlanOperation.Dense operation, int number) {
        this.context = context;
        this.operation = operation;
        oneDnn = context.runtime().oneDnn();
        scope = context.scope();
        int in = operation.input().size();
        int out = operation.output().size();
        int rows = context.rows(operation.input());
        source = OneDnn.rows(scope, rows, in);
        output = OneDnn.rows(scope, rows, out);
        plainWeights = OneDnn.rows(scope, out, in);
        anyWeights = OneDnn.any(scope, out, in);
        bias = operation.bias().map(b -> OneDnn.rows(scope, out));
        boolean linear = operation.activation().isIdentity();
        fused = linear ? Optional.empty() : Eltwise.of(operation.activation()).fusible(oneDnn);
        description = describe();
        forward = forwardCall();
        FloatMemory result = context.value(operation.output());
        activation = linear || fused.isPresent()
                ? Optional.empty()
                : Optional.of(JavaActivation.forward(context, operation.activation(), result, result));
        if (context.needsGradient(operation.output())) {
            planBackward(number);
        }
    }

    private inner_product_forward.primitive_desc describe() {
        primitive_attr attributes = fused.map(f -> f.fused(scope)).orElseGet(() -> OneDnn.attributes(scope));
        prop_kind kind = prop_kind.forward_training;
        return scope.own(
                bias.isPresent()
                        ? new inner_product_forward.primitive_desc(
                                oneDnn.engine(), kind, source, anyWeights, bias.get(), output, attributes, false)
                        : new inner_product_forward.primitive_desc(
                                oneDnn.engine(), kind, source, anyWeights, output, attributes, false));
    }

    private Call forwardCall() {
        Call call = oneDnn.call(scope, scope.own(new inner_product_forward(description)))
                .with(dnnl.DNNL_ARG_SRC, context.matrix(operation.input()))
                .with(dnnl.DNNL_ARG_WEIGHTS, packed(scope.own(description.weights_desc())))
                .with(dnnl.DNNL_ARG_DST, context.matrix(operation.output()));
        operation.bias().ifPresent(b -> call.with(dnnl.DNNL_ARG_BIAS, parameter(b)));
        return call;
    }

    private memory packed(memory.desc wanted) {
        return context.model().packed().get(operation.weights().offset(), plainWeights, wanted);
    }

    private memory parameter(ParameterBlock block) {
        return oneDnn.view(scope, bias.orElseThrow(), context.model().memory().parameters(block));
    }

    private void planBackward(int number) {
        memory gradient = context.matrix(operation.output(), context.gradient(operation.output()));
        if (!operation.activation().isIdentity()) {
            FloatMemory before = context.scratch(context.shape().elements(operation.output()), 0);
            memory gradientBefore = context.matrix(operation.output(), before);
            backward.add(Eltwise.of(operation.activation())
                    .backward(context, context.matrix(operation.output()), gradient, gradientBefore));
            gradient = gradientBefore;
        }
        if (operation.weights().trained()) {
            backward.add(weightsCall(gradient));
        }
        memory outputGradient = gradient;
        context.inputGradient(number, 0).ifPresent(target -> backward.add(dataCall(outputGradient, target)));
    }

    private Call weightsCall(memory gradient) {
        primitive_attr attributes = OneDnn.attributes(scope);
        inner_product_backward_weights.primitive_desc weights = scope.own(
                bias.isPresent()
                        ? new inner_product_backward_weights.primitive_desc(
                                oneDnn.engine(),
                                source,
                                plainWeights,
                                bias.get(),
                                output,
                                description,
                                attributes,
                                false)
                        : new inner_product_backward_weights.primitive_desc(
                                oneDnn.engine(), source, plainWeights, output, description, attributes, false));
        ModelMemory model = context.model().memory();
        Call call = oneDnn.call(scope, scope.own(new inner_product_backward_weights(weights)))
                .with(dnnl.DNNL_ARG_SRC, context.matrix(operation.input()))
                .with(dnnl.DNNL_ARG_DIFF_DST, gradient)
                .with(
                        dnnl.DNNL_ARG_DIFF_WEIGHTS,
                        oneDnn.view(scope, plainWeights, model.gradient(operation.weights())));
        operation
                .bias()
                .ifPresent(b ->
                        call.with(dnnl.DNNL_ARG_DIFF_BIAS, oneDnn.view(scope, bias.orElseThrow(), model.gradient(b))));
        return call;
    }

    private Call dataCall(memory gradient, FloatMemory target) {
        inner_product_backward_data.primitive_desc data = scope.own(new inner_product_backward_data.primitive_desc(
                oneDnn.engine(), source, anyWeights, output, description, OneDnn.attributes(scope), false));
        return oneDnn.call(scope, scope.own(new inner_product_backward_data(data)))
                .with(dnnl.DNNL_ARG_DIFF_DST, gradient)
                .with(dnnl.DNNL_ARG_WEIGHTS, packed(scope.own(data.weights_desc())))
                .with(dnnl.DNNL_ARG_DIFF_SRC, context.matrix(operation.input(), target));
    }

    @Override
    public void forward(Pass pass) {
        forward.run();
        activation.ifPresent(Runnable::run);
    }

    @Override
    public void backward(Pass pass) {
        for (int i = 0; i < backward.size(); i++) {
            backward.get(i).run();
        }
    }
}
