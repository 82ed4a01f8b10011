package org.steadygrad.engine.plan;

import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.steadygrad.engine.plan.PlanOperation.Pooling;
import org.steadygrad.engine.plan.Value.Rows;

/** What pooling over time becomes. */
final class PoolingTranslation {
    private static final int[] OVER_TIME = {2};

    private PoolingTranslation() {}

    static Signal translate(PlanBuilder plan, String name, GlobalPoolingLayer layer, Signal input) {
        Value value = input.value();
        if (!value.perTimeStep()) {
            throw new UnsupportedModelException(name, "pooling of input without time steps");
        }
        int[] dimensions = layer.getPoolingDimensions();
        if (dimensions != null && !Arrays.equals(dimensions, OVER_TIME)) {
            throw new UnsupportedModelException(name, "pooling over dimensions " + Arrays.toString(dimensions));
        }
        if (!layer.isCollapseDimensions()) {
            throw new UnsupportedModelException(name, "pooling that keeps a time axis");
        }
        Pooling pooling =
                switch (layer.getPoolingType()) {
                    case MAX -> Pooling.MAX;
                    case AVG -> Pooling.AVERAGE;
                    case SUM -> Pooling.SUM;
                    case PNORM -> Pooling.POWER_NORM;
                };
        Value output = plan.newValue(name, value.size(), Rows.EXAMPLES);
        plan.add(new PlanOperation.Pool(name, value, output, pooling, layer.getPnorm(), input.mask()));
        return new Signal(output, Optional.empty());
    }
}
