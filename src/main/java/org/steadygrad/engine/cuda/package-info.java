/**
 * The engine on NVIDIA's GPUs, put together: {@link org.steadygrad.engine.cuda.CudaEngine} compiles the plan for each batch shape into a
 * {@code Program} that is replayed as a CUDA graph; {@code TrainingSteps} and {@code StepRing} let the host be steps ahead of the device;
 * {@code OperationKernels} says which operation gets which kernel.
 *
 * <p>Uses its rooms, which don't know it, and {@code engine.plan}, {@code engine.program}, {@code engine.trace}. To follow a step, read
 * {@code TrainingSteps.step}, then {@code Program}, then one kernel in {@code layer}.
 */
@Internal
package org.steadygrad.engine.cuda;

import org.steadygrad.check.Internal;
