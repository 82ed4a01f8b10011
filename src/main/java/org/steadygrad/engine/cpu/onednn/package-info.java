/**
 * What all kernels stand on: oneDNN's primitives with their arguments bound ({@link org.steadygrad.engine.cpu.onednn.OneDnn}), native
 * memory and its owner ({@link org.steadygrad.engine.cpu.onednn.FloatMemory},
 * {@link org.steadygrad.engine.cpu.onednn.NativeScope}), and threads ({@link org.steadygrad.engine.cpu.onednn.CpuRuntime},
 * {@link org.steadygrad.engine.cpu.onednn.Workers}).
 *
 * <p>Uses oneDNN, OpenBLAS and ND4J; knows neither plans nor models. Work is divided by position only, so that runs repeat to the bit.
 */
@Internal
package org.steadygrad.engine.cpu.onednn;

import org.steadygrad.check.Internal;
