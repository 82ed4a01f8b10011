/**
 * Looks at tensors for traces: norms, shares of zeros and of saturated values, what isn't finite, histograms. Kept small and plain, since Java
 * compiles it while steps wait.
 *
 * <p>Uses {@code onednn}, and the model's memory in {@code kernel}. Begin with {@link org.steadygrad.engine.cpu.look.TensorScan}.
 */
@Internal
package org.steadygrad.engine.cpu.look;

import org.steadygrad.check.Internal;
