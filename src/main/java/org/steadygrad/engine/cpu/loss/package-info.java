/**
 * Activation function of the output and loss in one: loss in double, gradient from logits where there are any.
 *
 * <p>Uses {@code kernel}, {@code activation} and {@code onednn}. Begin with {@link org.steadygrad.engine.cpu.loss.LossKernel}; the formulas are in
 * {@code LossTerms}.
 */
@Internal
package org.steadygrad.engine.cpu.loss;

import org.steadygrad.check.Internal;
