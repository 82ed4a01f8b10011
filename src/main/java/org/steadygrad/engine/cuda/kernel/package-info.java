/**
 * What the kernel of an operation is ({@link org.steadygrad.engine.cuda.kernel.OperationKernel}) and what it is made of
 * ({@link org.steadygrad.engine.cuda.kernel.KernelContext}): the model's memory on the device, the tensors of one batch shape, the batch, what
 * differs from pass to pass.
 *
 * <p>Uses {@code stream}, {@code driver}, {@code engine.plan} and {@code engine.program}; knows no kernel but the one that does nothing.
 */
@Internal
package org.steadygrad.engine.cuda.kernel;

import org.steadygrad.check.Internal;
