/**
 * Series in MATLAB's {@code .mat} files, of version 5 (also called 6 and 7) and of version 7.3, which is HDF5.
 *
 * <p>Begin with {@code MatlabReader}.
 */
@Internal
package org.steadygrad.data.series.matlab;

import org.steadygrad.check.Internal;
