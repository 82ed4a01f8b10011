package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.OneDnn.Call;

/**
 * Parameters in the layouts that oneDNN's primitives want, reordered once after each update and shared by all programs.
 */
final class PackedWeights implements AutoCloseable {
    private final NativeScope scope = new NativeScope();
    private final OneDnn oneDnn;
    private final ModelMemory model;
    private final List<Packed> packed = new ArrayList<>();
    private long version = -1;

    private record Packed(long offset, memory.desc from, memory.desc to, memory weights, Call reorder) {}

    PackedWeights(OneDnn oneDnn, ModelMemory model) {
        this.oneDnn = oneDnn;
        this.model = model;
    }

    /**
     * @param offset of the parameter's first element in the flat vector
     * @param plain layout of the parameter there
     * @param wanted layout that a primitive asks for
     * @return memory in the wanted layout, up to date whenever {@link #refresh()} was called since the last update
     */
    memory get(long offset, memory.desc plain, memory.desc wanted) {
        for (Packed known : packed) {
            if (known.offset == offset && known.from.equals(plain) && known.to.equals(wanted)) {
                return known.weights;
            }
        }
        memory.desc from = scope.own(new memory.desc(plain));
        memory.desc to = scope.own(new memory.desc(wanted));
        long length = plain.get_size() / Float.BYTES;
        memory source = oneDnn.view(scope, from, model.parameters().slice(offset, length));
        boolean same = from.equals(to);
        memory target = same ? source : oneDnn.allocate(scope, to);
        Call reorder = same ? null : oneDnn.reorder(scope, source, target);
        packed.add(new Packed(offset, from, to, target, reorder));
        if (reorder != null) {
            reorder.run();
        }
        return target;
    }

    /** Brings all up to date if the parameters have changed. */
    void refresh() {
        if (version != model.version()) {
            for (Packed one : packed) {
                if (one.reorder != null) {
                    one.reorder.run();
                }
            }
            version = model.version();
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
