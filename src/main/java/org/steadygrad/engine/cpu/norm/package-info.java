/**
 * Batch normalisation: by oneDNN where it takes the case ({@link org.steadygrad.engine.cpu.norm.OneDnnNormalizeKernel}), else over columns in
 * double ({@link org.steadygrad.engine.cpu.norm.NormalizeKernel}), which does masks and all activation functions.
 *
 * <p>Uses {@code kernel} and {@code onednn}.
 */
@Internal
package org.steadygrad.engine.cpu.norm;

import org.steadygrad.check.Internal;
