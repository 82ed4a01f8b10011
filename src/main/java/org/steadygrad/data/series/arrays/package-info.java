/**
 * Series out of arrays, whatever format these were read from.
 *
 * <p>Begin with {@code ArraySeries}.
 */
@Internal
package org.steadygrad.data.series.arrays;

import org.steadygrad.check.Internal;
