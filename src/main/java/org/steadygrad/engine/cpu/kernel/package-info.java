/**
 * What a kernel is ({@link org.steadygrad.engine.cpu.kernel.Kernel}) and what it is made of
 * ({@link org.steadygrad.engine.cpu.kernel.KernelContext}): the model's memory, the tensors of one batch shape, the batch, a scope for
 * what it owns.
 *
 * <p>Uses {@code onednn}, {@code engine.plan} and {@code engine.program}; knows no kernel but the one that does nothing.
 */
@Internal
package org.steadygrad.engine.cpu.kernel;

import org.steadygrad.check.Internal;
