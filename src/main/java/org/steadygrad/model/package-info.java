/**
 * DL4J's networks as the toolkit needs them: made from a run file ({@link org.steadygrad.model.ModelBuilder}), laid out flat
 * ({@link org.steadygrad.model.FlatLayouts}), asked about (depths, ranges of activation functions, counts, truncated back-propagation),
 * written to and safely read from files ({@link org.steadygrad.model.ModelFile}, which instantiates only what
 * {@code ClassNames} allows).
 *
 * <p>Uses {@code spec}, {@code ops}, {@code nn} and what {@code data} says of its features and targets; knows no engine.
 */
@PublicApi
package org.steadygrad.model;

import org.steadygrad.check.PublicApi;
