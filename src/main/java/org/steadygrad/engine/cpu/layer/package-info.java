/**
 * A kernel for each operation that has no room of its own: dense layers, embeddings, dropout, joins, pooling and what masks do to rows.
 *
 * <p>Uses {@code kernel}, {@code activation} and {@code onednn}; kernels don't know each other. {@code MaskRowsKernel} is the shortest to read,
 * {@link org.steadygrad.engine.cpu.layer.DenseKernel} the one that counts.
 */
@Internal
package org.steadygrad.engine.cpu.layer;

import org.steadygrad.check.Internal;
