package org.steadygrad.engine.program;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Compiled programs by batch shape. The one that wasn't used for longest goes first when there are too many or they take too
 * much memory together.
 *
 * @param <P> an engine's programs
 */
public final class ProgramCache<P extends CompiledProgram> implements AutoCloseable {
    private static final int MOST = 32;

    private final Function<BatchShape, P> compiler;
    private final long mostBytes;
    private final Map<BatchShape, P> compiled = new LinkedHashMap<>(MOST, 0.75f, true);

    /** @param mostBytes that programs may take together; a single one may take more */
    public ProgramCache(Function<BatchShape, P> compiler, long mostBytes) {
        this.compiler = compiler;
        this.mostBytes = mostBytes;
    }

    /** Whether {@link #of} has the program ready; if not, making it may close others. */
    public boolean has(BatchShape shape) {
        return compiled.containsKey(shape);
    }

    public P of(BatchShape shape) {
        P known = compiled.get(shape);
        if (known != null) {
            return known;
        }
        P program = compiler.apply(shape);
        makeRoom(program.bytes());
        compiled.put(shape, program);
        return program;
    }

    /** Lets go of all programs but the one of this shape. @return whether there were any */
    public boolean dropOthers(BatchShape shape) {
        P kept = compiled.remove(shape);
        boolean dropped = !compiled.isEmpty();
        close();
        if (kept != null) {
            compiled.put(shape, kept);
        }
        return dropped;
    }

    private void makeRoom(long wanted) {
        long taken =
                compiled.values().stream().mapToLong(CompiledProgram::bytes).sum();
        Iterator<P> oldestFirst = compiled.values().iterator();
        while (oldestFirst.hasNext() && (compiled.size() == MOST || taken + wanted > mostBytes)) {
            P oldest = oldestFirst.next();
            taken -= oldest.bytes();
            // first, so that one that can't be closed isn't used again
            oldestFirst.remove();
            oldest.close();
        }
    }

    /** Closes all of them, also when one of them fails to. */
    @Override
    public void close() {
        List<P> all = List.copyOf(compiled.values());
        compiled.clear();
        RuntimeException failure = null;
        for (P program : all) {
            try {
                program.close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
