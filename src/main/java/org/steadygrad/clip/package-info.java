/**
 * Clipping: policies that decide step by step how a gradient is clipped ({@link org.steadygrad.clip.ClipPolicies} makes them of their
 * settings), and listeners that bring them to DL4J's own {@code fit} ({@link org.steadygrad.clip.GradientClipping}).
 *
 * <p>Uses {@code spec}, {@code ops}, {@code nn} and {@code model}. What a policy decides, a {@link org.steadygrad.ops.ClipRule}, is carried
 * out by {@code ops} or by an engine.
 */
@PublicApi
package org.steadygrad.clip;

import org.steadygrad.check.PublicApi;
