package org.steadygrad.engine.cpu.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.onednn.CpuRuntime;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.cpu.onednn.OneDnn.Call;

/**
 * Parameters in the layouts that oneDNN's primitives want, reordered once after each update and shared by all programs.
 */
public final class PackedWeights implements AutoCloseable {
    private final NativeScope scope = new NativeScope();
    private final CpuRuntime runtime;
    private final ModelMemory model;
    private final List<Arranged> arranged = new ArrayList<>();
    private final List<Packed> packed = new ArrayList<>();
    private long version = -1;

    /** A parameter whose equal parts are copied into another order. */
    private record Arranged(long offset, int[] order, FloatMemory source, FloatMemory target) {
        void run() {
            long part = source.length() / order.length;
            for (int i = 0; i < order.length; i++) {
                target.copy(i * part, source, order[i] * part, part);
            }
        }
    }

    /**
     * @param reorder null when the layout is the plain one
     * @param singleThreaded whether the layout was asked for by a primitive that keeps to one thread: some are of a size that
     *     depends on the number of threads, and hold only what as many write
     */
    private record Packed(
            FloatMemory source,
            memory.desc from,
            memory.desc to,
            memory weights,
            Call reorder,
            boolean singleThreaded) {}

    public PackedWeights(CpuRuntime runtime, ModelMemory model) {
        this.runtime = runtime;
        this.model = model;
    }

    /**
     * A parameter whose parts lie in another order.
     *
     * @param offset of the parameter's first element in the flat vector
     * @param length of the parameter
     * @param order for each of equally long parts, which part of the flat vector's it is
     * @return memory that is up to date whenever {@link #refresh()} was called since the last update
     */
    public FloatMemory arranged(long offset, long length, int[] order) {
        for (Arranged known : arranged) {
            if (known.offset == offset && Arrays.equals(known.order, order)) {
                return known.target;
            }
        }
        FloatMemory source = model.parameters().slice(offset, length);
        boolean same = true;
        for (int i = 0; i < order.length; i++) {
            same &= order[i] == i;
        }
        Arranged added = new Arranged(offset, order.clone(), source, same ? source : scope.allocate(length));
        arranged.add(added);
        if (!same) {
            added.run();
        }
        return added.target;
    }

    /**
     * @param offset of the parameter's first element in the flat vector
     * @param plain layout of the parameter there
     * @param wanted layout that a primitive asks for
     * @return memory in the wanted layout, up to date whenever {@link #refresh()} was called since the last update
     */
    public memory get(long offset, memory.desc plain, memory.desc wanted) {
        return get(arranged(offset, plain.get_size() / Float.BYTES, new int[] {0}), plain, wanted);
    }

    /**
     * @param source what {@link #arranged} gave
     * @param plain layout of the parameter there
     * @param wanted layout that a primitive asks for
     * @return memory in the wanted layout, up to date whenever {@link #refresh()} was called since the last update
     */
    public memory get(FloatMemory source, memory.desc plain, memory.desc wanted) {
        for (Packed known : packed) {
            boolean sameThreads = known.reorder == null || known.singleThreaded == runtime.isSingleThreaded();
            if (sameThreads && known.source == source && known.from.equals(plain) && known.to.equals(wanted)) {
                return known.weights;
            }
        }
        memory.desc from = scope.own(new memory.desc(plain));
        memory.desc to = scope.own(new memory.desc(wanted));
        OneDnn oneDnn = runtime.oneDnn();
        memory plainWeights = oneDnn.view(scope, from, source);
        boolean same = from.equals(to);
        memory target = same ? plainWeights : oneDnn.allocate(scope, to);
        Call reorder = same ? null : oneDnn.reorder(scope, plainWeights, target);
        packed.add(new Packed(source, from, to, target, reorder, runtime.isSingleThreaded()));
        if (reorder != null) {
            reorder.run();
        }
        return target;
    }

    /** Brings all up to date if the parameters have changed. */
    public void refresh() {
        if (version == model.version()) {
            return;
        }
        for (Arranged one : arranged) {
            if (one.source != one.target) {
                one.run();
            }
        }
        reorder(false);
        if (packed.stream().anyMatch(one -> one.singleThreaded)) {
            runtime.singleThreaded(() -> reorder(true));
        }
        version = model.version();
    }

    private void reorder(boolean singleThreaded) {
        for (Packed one : packed) {
            if (one.reorder != null && one.singleThreaded == singleThreaded) {
                one.reorder.run();
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
