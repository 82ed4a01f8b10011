/**
 * Activation function of the output and loss in one: the launches ({@code LossLaunches}) and the kernel that owns them.
 *
 * <p>Uses {@code kernel}, {@code stream} and {@code driver}. Begin with {@link org.steadygrad.engine.cuda.loss.LossKernel}.
 */
@Internal
package org.steadygrad.engine.cuda.loss;

import org.steadygrad.check.Internal;
