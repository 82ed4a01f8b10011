package org.steadygrad.engine.cuda;

/** A step whose output is its input's memory. */
final class NothingToDo implements StepKernel {
    @Override
    public void forward() {}

    @Override
    public void backward() {}
}
