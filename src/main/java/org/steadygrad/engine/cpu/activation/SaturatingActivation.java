package org.steadygrad.engine.cpu.activation;

import java.util.concurrent.atomic.AtomicBoolean;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;

/**
 * Sigmoid and tanh over a tensor. oneDNN's own derivatives, {@code y (1 - y)} and {@code 1 - y^2}, are made of the output and
 * lose their digits where it saturates, until they are 0 from 17 and 9 on: there gradients vanish that needn't. With
 * {@code s = sigmoid(-k |x|)} the derivative is {@code k^2 s (1 - s)}, k = 1 for the sigmoid and 2 for tanh, in which nothing
 * cancels; oneDNN computes it in one pass. Its exponentials are 0 where floats get subnormal; such elements are done again.
 */
public final class SaturatingActivation {
    /** Elements worth waking a thread for: most stretches are but looked at. */
    private static final int GRAIN = 1 << 17;

    /** oneDNN's exponentials are right down to this power of e. */
    private static final float LARGEST_POWER = 86;

    private final KernelContext context;
    private final ActivationFunction function;
    private final FloatMemory input;
    private final float steepness;
    /** From here on oneDNN's exponentials are 0, or soon will be. */
    private final float farthest;
    /** So short that inputs with a mean square of 1 are looked at once. */
    private final int stretch;

    /** Whether inputs that were looked at on the way forward lie so near that the way back needn't look again. */
    private boolean near;

    SaturatingActivation(KernelContext context, ActivationFunction function, FloatMemory input) {
        this.context = context;
        this.function = function;
        this.input = input;
        steepness = function.kind() == Kind.TANH ? 2 : 1;
        farthest = LARGEST_POWER / steepness;
        stretch = Math.min(FloatMemory.MOST_ADDED, (int) (farthest * farthest));
    }

    public static boolean knows(ActivationFunction function) {
        return function.kind() == Kind.TANH || function.kind() == Kind.SIGMOID;
    }

    /** @param target the memory of {@code output} */
    Runnable forward(memory source, FloatMemory target, memory output) {
        Call call = Eltwise.of(function).forward(context, source, output);
        if (function.kind() == Kind.TANH) {
            return call::run;
        }
        return () -> {
            call.run();
            near = !mend(target, (at, x) -> (float) function.value(x));
        };
    }

    /**
     * @param outputGradient the memory of {@code above}
     * @param target the memory of {@code below}
     */
    Runnable backward(memory source, FloatMemory outputGradient, memory above, FloatMemory target, memory below) {
        NativeScope scope = context.scope();
        OneDnn oneDnn = context.runtime().oneDnn();
        FloatMemory factor = scope.allocate(1);
        factor.put(0, steepness);
        memory broadcast = oneDnn.view(scope, OneDnn.rows(scope, 1, 1), factor);
        memory.desc shape = scope.own(source.get_desc());
        primitive_attr attributes = OneDnn.attributes(scope);
        post_ops slope = slope(scope);
        int gradient = slope.len();
        slope.append_binary(algorithm.binary_mul, scope.own(above.get_desc()));
        attributes.set_post_ops(slope);
        binary.primitive_desc description = scope.own(new binary.primitive_desc(
                oneDnn.engine(),
                algorithm.binary_mul,
                shape,
                scope.own(broadcast.get_desc()),
                scope.own(below.get_desc()),
                attributes,
                false));
        Call call = oneDnn.call(scope, scope.own(new binary(description)))
                .with(dnnl.DNNL_ARG_SRC_0, source)
                .with(dnnl.DNNL_ARG_SRC_1, broadcast)
                .with(dnnl.DNNL_ARG_DST, below)
                .with(dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (gradient + 1) | dnnl.DNNL_ARG_SRC_1, above);
        return () -> {
            call.run();
            if (!near) {
                mend(target, (at, x) -> (float) (outputGradient.get(at) * function.slope(x)));
            }
        };
    }

    /** Turns {@code k x} into {@code k^2 s (1 - s)}. */
    private post_ops slope(NativeScope scope) {
        post_ops operations = scope.own(new post_ops());
        operations.append_eltwise(algorithm.eltwise_abs, 0, 0);
        operations.append_eltwise(algorithm.eltwise_linear, -1, 0);
        operations.append_eltwise(algorithm.eltwise_logistic, 0, 0);
        // s clip(1 - s, 0, 1)
        operations.append_eltwise(algorithm.eltwise_hardswish, -1, 1);
        if (steepness != 1) {
            operations.append_eltwise(algorithm.eltwise_linear, steepness * steepness, 0);
        }
        return operations;
    }

    /** What an element must be. */
    @FunctionalInterface
    private interface Element {
        /** @param x the input at this place */
        float of(int at, float x);
    }

    /**
     * Computes elements again that are too far out for oneDNN.
     *
     * @return whether there may be any
     */
    private boolean mend(FloatMemory target, Element element) {
        AtomicBoolean far = new AtomicBoolean();
        context.runtime().workers().run(input.length(), GRAIN, (part, from, to) -> {
            for (int start = from; start < to; start += stretch) {
                int count = Math.min(stretch, to - start);
                if (reachesOut(start, count)) {
                    far.set(true);
                    mend(target, element, start, context.runtime().heap(part, 0), count);
                }
            }
        });
        return far.get();
    }

    private boolean reachesOut(int start, int count) {
        float squares = input.squares(start, count);
        if (squares < farthest * farthest) {
            return false;
        }
        // NaN hides what is larger from OpenBLAS
        return Float.isNaN(squares) || input.largest(start, count) > farthest;
    }

    private void mend(FloatMemory target, Element element, int from, float[] x, int length) {
        for (int start = from; start < from + length; start += x.length) {
            int count = Math.min(x.length, from + length - start);
            input.read(start, x, count);
            for (int i = 0; i < count; i++) {
                if (Math.abs(x[i]) > farthest) {
                    target.put(start + i, element.of(start + i, x[i]));
                }
            }
        }
    }
}
