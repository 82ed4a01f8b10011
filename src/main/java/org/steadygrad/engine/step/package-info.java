/**
 * A training step as a value, and the one place that runs steps. {@link org.steadygrad.engine.step.TrainingStep} says what is to
 * be done, {@link org.steadygrad.engine.step.StepPipeline} does it on an engine, {@link
 * org.steadygrad.engine.step.StepPolicy} decides what comes of it, and {@link org.steadygrad.engine.step.StepOutcome} is what came.
 *
 * <p>Training, rehearsals, measurements before training, benchmarks and forensics differ by their policies only. Knows engines by
 * their interface alone, and nothing of runs, files or health.
 */
@PublicApi
package org.steadygrad.engine.step;

import org.steadygrad.check.PublicApi;
