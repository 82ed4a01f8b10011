/**
 * Series in NumPy's {@code .npy} and {@code .npz} files. Only arrays of numbers are read; a file that asks for pickled objects is refused.
 *
 * <p>Begin with {@code NumpyReader}.
 */
@Internal
package org.steadygrad.data.series.numpy;

import org.steadygrad.check.Internal;
