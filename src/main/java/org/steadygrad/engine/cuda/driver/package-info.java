/**
 * All that touches CUDA's bindings: libraries are looked for and loaded, or their absence explained
 * ({@link org.steadygrad.engine.cuda.driver.CudaProbe}); devices, memory, streams, graphs, compiled kernels, cuBLAS and cuDNN behind
 * small classes that check every call ({@code Status}).
 *
 * <p>Knows neither plans nor models. Begin with {@link org.steadygrad.engine.cuda.driver.Device} and
 * {@link org.steadygrad.engine.cuda.driver.Stream}; the sources of kernels lie in {@code native-config/cuda}.
 */
@Internal
package org.steadygrad.engine.cuda.driver;

import org.steadygrad.check.Internal;
