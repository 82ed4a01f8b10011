/**
 * Where examples come from. {@link org.steadygrad.data.DataSources} opens what a run file names or wraps iterators of DL4J, and a
 * {@link org.steadygrad.data.DataSource} gives batches of an epoch, the same for the same seed. What was fitted to training data
 * (vocabulary, scaling) is a {@link org.steadygrad.data.DataArtifact} and goes into model files.
 *
 * <p>Uses {@code spec} and {@code ops}; knows no model. A new kind of data is a sub-package that yields a
 * {@code data.batch.ExampleSet}, and a case in {@code DataSources}.
 */
@PublicApi
package org.steadygrad.data;

import org.steadygrad.check.PublicApi;
