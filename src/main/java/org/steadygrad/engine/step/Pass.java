package org.steadygrad.engine.step;

import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;

/**
 * A forward and backward pass.
 *
 * @param batch one features and one labels array; masks as DL4J takes them
 * @param seed decides the dropout masks
 */
public record Pass(MultiDataSet batch, long seed) {
    public Pass {
        Check.notNull(batch, "Pass", "batch");
    }
}
