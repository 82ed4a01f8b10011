/**
 * The engine on oneDNN, put together: {@link org.steadygrad.engine.cpu.CpuEngine} compiles the plan once for each batch shape into a
 * {@code Program}, kernels in order over memory that is there before the first step; {@code Kernels} says which operation gets which
 * kernel.
 *
 * <p>Uses its rooms, which don't know it, and {@code engine.plan}, {@code engine.program}, {@code engine.trace}. To follow a step, read
 * {@code CpuEngine.computeGradient}, then {@code Program}, then one kernel in {@code layer}.
 */
@Internal
package org.steadygrad.engine.cpu;

import org.steadygrad.check.Internal;
