/**
 * Series in the {@code .ts} files of the time-series archives: their tags, class labels and missing values.
 *
 * <p>Begin with {@code TsReader}.
 */
@Internal
package org.steadygrad.data.series.ts;

import org.steadygrad.check.Internal;
