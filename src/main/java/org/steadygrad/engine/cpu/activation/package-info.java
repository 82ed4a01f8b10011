/**
 * Activation functions and their slopes: by oneDNN where it has them and is right, else in Java loops, fused into what comes before where
 * that changes no bit.
 *
 * <p>Uses {@code kernel} and {@code onednn}. Begin with {@link org.steadygrad.engine.cpu.activation.Activation}, which chooses.
 */
@Internal
package org.steadygrad.engine.cpu.activation;

import org.steadygrad.check.Internal;
