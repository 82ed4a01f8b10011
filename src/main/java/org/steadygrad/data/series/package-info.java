/**
 * Sequences that come with their labels or targets, one example a series, from any format that a reader here knows
 * ({@code SeriesReader}): lengths may differ, values may be missing, scaling is fitted to training data.
 *
 * <p>Begin with {@link org.steadygrad.data.series.SeriesData}; a sub-package holds each format.
 */
@Internal
package org.steadygrad.data.series;

import org.steadygrad.check.Internal;
