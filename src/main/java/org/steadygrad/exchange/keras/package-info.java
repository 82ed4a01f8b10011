/**
 * Files of Keras 2 and 3: {@code .keras}, {@code .h5} with or without a configuration, {@code .weights.h5}.
 *
 * <p>{@link org.steadygrad.exchange.keras.KerasFormat} opens a file, {@code KerasReader} takes the configuration through the layers
 * ({@code Layers}), with the weights of a {@code WeightSource} and masks as Keras hands them on. Every key of a
 * configuration is asked for by {@code LayerConfig}, which refuses those nobody asked for.
 *
 * <p>Uses {@code exchange}, {@code exchange.graph} and {@code check}; HDF5 is read by jhdf, in {@code H5File} only.
 */
@Internal
package org.steadygrad.exchange.keras;

import org.steadygrad.check.Internal;
