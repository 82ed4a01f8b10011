package org.steadygrad.engine.cpu;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;

/**
 * Compiled programs by batch shape. The one that wasn't used for longest goes first when there are too many or they take too
 * much memory together.
 */
final class Programs implements AutoCloseable {
    private static final int MOST = 32;

    /** Share of the machine's memory that programs may take together, unless a limit is set. */
    private static final int MEMORY_SHARE = 4;

    private final CpuModel model;
    private final long mostBytes;
    private final Map<BatchShape, Program> compiled = new LinkedHashMap<>(MOST, 0.75f, true);

    Programs(CpuModel model) {
        this.model = model;
        long limit = model.activationBytes();
        mostBytes = limit > 0 ? limit : Pointer.totalPhysicalBytes() / MEMORY_SHARE;
    }

    Program of(BatchShape shape) {
        Program known = compiled.get(shape);
        if (known != null) {
            return known;
        }
        Program program = new Program(model, shape);
        makeRoom(program.bytes());
        compiled.put(shape, program);
        return program;
    }

    private void makeRoom(long wanted) {
        long taken = compiled.values().stream().mapToLong(Program::bytes).sum();
        Iterator<Program> oldestFirst = compiled.values().iterator();
        while (oldestFirst.hasNext() && (compiled.size() == MOST || taken + wanted > mostBytes)) {
            Program oldest = oldestFirst.next();
            taken -= oldest.bytes();
            oldest.close();
            oldestFirst.remove();
        }
    }

    @Override
    public void close() {
        compiled.values().forEach(Program::close);
        compiled.clear();
    }
}
