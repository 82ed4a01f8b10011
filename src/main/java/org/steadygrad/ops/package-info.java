/**
 * Operations on flat gradients and on batches, built on ND4J's operations, so that they run on any back end: statistics and clipping of a
 * gradient ({@link org.steadygrad.ops.GradientOps}), batch normalisation, losses in double, and what masks mean
 * ({@link org.steadygrad.ops.MaskedBatches}, the only place that decides what counts).
 *
 * <p>Uses {@code check} alone, so that engines, layers and listeners can share it. Begin with {@link org.steadygrad.ops.FlatLayout}: nearly
 * everything else is about vectors laid out like that.
 */
@PublicApi
package org.steadygrad.ops;

import org.steadygrad.check.PublicApi;
