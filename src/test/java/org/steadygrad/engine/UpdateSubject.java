package org.steadygrad.engine;

import org.steadygrad.engine.plan.UpdatePlan;

/** An engine's update pass with flat vectors of its own, to be held against the reference. */
public interface UpdateSubject extends AutoCloseable {

    /** Makes a subject whose parameters and states are still to be set. */
    interface Maker {
        UpdateSubject make(UpdatePlan plan);
    }

    void setParameters(float[] values);

    void setState(float[] values);

    void setGradient(float[] values);

    float[] parameters();

    float[] state();

    /** As engines do it: trained blocks are divided by {@code divisor}, running statistics by {@code passes}. */
    UpdateOutcome apply(UpdateRule rule, double divisor, int passes);

    @Override
    void close();
}
