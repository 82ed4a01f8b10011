/**
 * Turns a DL4J graph into a list of operations over time-major tensors ({@link org.steadygrad.engine.plan.Plan}), and its updaters into
 * formulas by parameter ({@link org.steadygrad.engine.plan.UpdatePlan}). Knows no device and no batch size. What can't be expressed
 * is named in an {@link org.steadygrad.engine.plan.UnsupportedModelException}.
 *
 * <p>Uses {@code engine}, {@code model}, {@code nn} and {@code ops}. Begin with {@link org.steadygrad.engine.plan.PlanOperation}, the
 * vocabulary, then {@link org.steadygrad.engine.plan.PlanBuilder}.
 */
@Internal
package org.steadygrad.engine.plan;

import org.steadygrad.check.Internal;
