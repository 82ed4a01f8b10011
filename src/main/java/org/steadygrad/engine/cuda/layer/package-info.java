/**
 * A kernel for each operation that has no room of its own: dense layers, embeddings, batch normalisation, activation functions, dropout, joins,
 * pooling and what masks do to rows.
 *
 * <p>Uses {@code kernel}, {@code stream} and {@code driver}. {@code DropoutKernel} is the shortest to read.
 */
@Internal
package org.steadygrad.engine.cuda.layer;

import org.steadygrad.check.Internal;
