/**
 * The interface of engines, which run whole training steps: {@link org.steadygrad.engine.EngineProvider} says whether one can be had
 * here, {@link org.steadygrad.engine.Engines} discovers and chooses, an {@link org.steadygrad.engine.Engine} computes gradients,
 * updates and outputs, and gives back small statistics ({@link org.steadygrad.engine.StepTrace}) instead of tensors.
 *
 * <p>Uses {@code spec}, {@code ops}, {@code nn} and {@code model}. Discovering engines loads no native library.
 */
@PublicApi
package org.steadygrad.engine;

import org.steadygrad.check.PublicApi;
