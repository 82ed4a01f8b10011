/**
 * Looks at tensors on the device for traces: norms, zeros, saturated values and what isn't finite go to places of one buffer, without waiting.
 *
 * <p>Uses {@code kernel}, {@code stream} and {@code driver}. Begin with {@link org.steadygrad.engine.cuda.look.TensorScan}.
 */
@Internal
package org.steadygrad.engine.cuda.look;

import org.steadygrad.check.Internal;
