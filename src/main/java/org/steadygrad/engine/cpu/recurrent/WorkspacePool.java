package org.steadygrad.engine.cpu.recurrent;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.dnnl.memory;
import org.steadygrad.engine.cpu.onednn.FloatMemory;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;

/** Memory of one recurrent layer that all its ways to run share, since a pass takes one of them only. */
final class WorkspacePool {
    private final OneDnn oneDnn;
    private final NativeScope scope;
    private final List<FloatMemory> workspaces = new ArrayList<>();
    private final Map<List<Long>, FloatMemory> scratch = new HashMap<>();

    WorkspacePool(OneDnn oneDnn, NativeScope scope) {
        this.oneDnn = oneDnn;
        this.scope = scope;
    }

    /** @param number of the workspace; the same number gives the same memory, as long as that is large enough */
    memory view(memory.desc layout, int number) {
        while (workspaces.size() <= number) {
            workspaces.add(null);
        }
        long floats = (layout.get_size() + Float.BYTES - 1) / Float.BYTES;
        FloatMemory known = workspaces.get(number);
        if (known == null || known.length() < floats) {
            known = scope.allocate(floats);
            workspaces.set(number, known);
        }
        return oneDnn.view(scope, layout, known);
    }

    /** Memory that holds nothing beyond one segment. */
    FloatMemory scratch(long length, long number) {
        return scratch.computeIfAbsent(List.of(length, number), key -> scope.allocate(length));
    }
}
