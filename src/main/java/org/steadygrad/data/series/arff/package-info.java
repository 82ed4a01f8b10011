/**
 * Series in Weka's ARFF files: attributes, nominal values and relational attributes as they are declared in the header.
 *
 * <p>Begin with {@code ArffReader}.
 */
@Internal
package org.steadygrad.data.series.arff;

import org.steadygrad.check.Internal;
