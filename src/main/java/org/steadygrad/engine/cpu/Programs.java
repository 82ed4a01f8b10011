package org.steadygrad.engine.cpu;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Compiled programs by batch shape; the one that wasn't used for longest goes first when there are too many. */
final class Programs implements AutoCloseable {
    private static final int MOST = 32;

    private final CpuModel model;
    private final Map<BatchShape, Program> compiled = new LinkedHashMap<>(MOST, 0.75f, true);

    Programs(CpuModel model) {
        this.model = model;
    }

    Program of(BatchShape shape) {
        Program known = compiled.get(shape);
        if (known != null) {
            return known;
        }
        if (compiled.size() == MOST) {
            Iterator<Program> oldest = compiled.values().iterator();
            oldest.next().close();
            oldest.remove();
        }
        Program program = new Program(model, shape);
        compiled.put(shape, program);
        return program;
    }

    @Override
    public void close() {
        compiled.values().forEach(Program::close);
        compiled.clear();
    }
}
