/**
 * From examples to batches: which examples make which batch of an epoch ({@code BatchPlan}), padding and masks
 * ({@link org.steadygrad.data.batch.BatchBuilder}), and batches made in the background ({@link org.steadygrad.data.batch.Prefetch}).
 *
 * <p>Begin with {@link org.steadygrad.data.batch.ExampleSet}, what every kind of data yields.
 */
@Internal
package org.steadygrad.data.batch;

import org.steadygrad.check.Internal;
