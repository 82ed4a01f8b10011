package org.steadygrad.engine.cpu.kernel;

/** An operation whose output is its input's memory, and whose input's gradient is its output's. */
public final class NothingToDo implements Kernel {
    @Override
    public void forward(Pass pass) {}

    @Override
    public void backward(Pass pass) {}
}
