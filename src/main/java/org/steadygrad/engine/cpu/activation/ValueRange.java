package org.steadygrad.engine.cpu.activation;

import java.math.BigInteger;
import java.util.Optional;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reduction;
import org.steadygrad.engine.cpu.kernel.KernelContext;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;

/**
 * The smallest and the largest element of a tensor that holds no NaN. oneDNN finds them with the threads that have just
 * computed the tensor; a loop in Java would let these go to sleep.
 */
final class ValueRange {
    /** So many elements are found faster by one thread than others are woken. */
    private static final int GRAIN = 1 << 17;

    /** So many pieces, if they can be of the same size, are enough for all threads. */
    private static final int PIECES = 64;

    private final Extreme least;
    private final Extreme greatest;

    /** One end of the range. */
    private record Extreme(Call call, FloatMemory found, float[] read) {
        float[] of() {
            call.run();
            found.read(0, read, read.length);
            return read;
        }
    }

    private ValueRange(Extreme least, Extreme greatest) {
        this.least = least;
        this.greatest = greatest;
    }

    /** Empty where oneDNN has its reference implementation only, which is slow. */
    static Optional<ValueRange> of(KernelContext context, FloatMemory data) {
        Optional<Extreme> least = extreme(context, data, algorithm.reduction_min);
        Optional<Extreme> greatest = extreme(context, data, algorithm.reduction_max);
        return least.flatMap(l -> greatest.map(g -> new ValueRange(l, g)));
    }

    private static Optional<Extreme> extreme(KernelContext context, FloatMemory data, algorithm end) {
        NativeScope scope = context.scope();
        OneDnn oneDnn = context.runtime().oneDnn();
        int pieces = pieces(data.length());
        if (data.length() == pieces) {
            return Optional.empty();
        }
        FloatMemory found = scope.allocate(pieces);
        memory source = oneDnn.view(scope, OneDnn.rows(scope, pieces, data.length() / pieces), data);
        memory target = oneDnn.view(scope, OneDnn.rows(scope, pieces, 1), found);
        reduction.primitive_desc description = scope.own(new reduction.primitive_desc(
                oneDnn.engine(),
                end,
                scope.own(source.get_desc()),
                scope.own(target.get_desc()),
                0,
                0,
                OneDnn.attributes(scope),
                false));
        if (description.impl_info_str().getString().startsWith("ref")) {
            return Optional.empty();
        }
        Call call = oneDnn.call(scope, scope.own(new reduction(description)))
                .with(dnnl.DNNL_ARG_SRC, source)
                .with(dnnl.DNNL_ARG_DST, target);
        return Optional.of(new Extreme(call, found, new float[pieces]));
    }

    private static int pieces(int length) {
        return length < GRAIN
                ? 1
                : BigInteger.valueOf(length).gcd(BigInteger.valueOf(PIECES)).intValue();
    }

    float smallest() {
        float smallest = Float.POSITIVE_INFINITY;
        for (float value : least.of()) {
            smallest = Math.min(smallest, value);
        }
        return smallest;
    }

    float largest() {
        float largest = Float.NEGATIVE_INFINITY;
        for (float value : greatest.of()) {
            largest = Math.max(largest, value);
        }
        return largest;
    }
}
