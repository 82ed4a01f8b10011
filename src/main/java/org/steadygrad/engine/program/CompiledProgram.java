package org.steadygrad.engine.program;

/** A plan compiled for one batch shape, with the memory that it works on. */
public interface CompiledProgram extends AutoCloseable {
    /** Bytes of tensors and workspaces, parameters left out. */
    long bytes();

    @Override
    void close();
}
