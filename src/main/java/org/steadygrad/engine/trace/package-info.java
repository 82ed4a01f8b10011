/**
 * From readings of tensors to a {@link org.steadygrad.engine.StepTrace}, the same for all engines that run plans
 * ({@link org.steadygrad.engine.trace.TraceReport}), and what isn't finite before a pass begins
 * ({@link org.steadygrad.engine.trace.NonFiniteStart}, for all engines).
 *
 * <p>Uses {@code engine.plan} and {@code engine.program}.
 */
@Internal
package org.steadygrad.engine.trace;

import org.steadygrad.check.Internal;
