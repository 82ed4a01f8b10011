package org.steadygrad.engine;

import org.nd4j.linalg.dataset.api.MultiDataSet;

/** What an engine can do that needn't wait for its caller between steps. */
public interface StepsAhead {

    /** How many steps may be asked for before the first of them is awaited; above 0. */
    int depth();

    /**
     * Asks for a whole step: the gradient of a batch, and the update if the loss is finite. The numbers are those of {@link
     * Engine#computeGradient} and {@link Engine#update}. When a step is refused, because loss or gradient isn't finite, those
     * asked for after it and before it was awaited aren't run: they find the parameters as they were.
     *
     * @param batch isn't changed, and may be changed by the caller afterwards
     * @param options of the pass, which neither accumulates gradients nor takes histograms
     * @param rule with a policy that has a {@link org.steadygrad.ops.ClipPolicy#constantRule}
     */
    PendingStep ask(MultiDataSet batch, PassOptions options, UpdateRule rule);
}
