package org.steadygrad.engine.cuda;

import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.plan.Value;

/** Reads a program's tensors while a step runs and sums them up as a {@link StepTrace}. */
final class ProgramTrace {
    private final Program program;

    ProgramTrace(Program program) {
        this.program = program;
    }

    /** To be called after the forward pass. */
    void activations() {
        throw new IllegalStateException("engine cuda: " + program.shape());
    }

    /** To be called when the gradient of a tensor is complete. */
    void gradient(Value value) {
        throw new IllegalStateException("engine cuda: " + value);
    }

    /** Waits for the pass. */
    StepTrace finish(double loss) {
        throw new IllegalStateException("engine cuda: " + loss);
    }
}
