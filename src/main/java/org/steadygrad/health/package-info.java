/**
 * Watches training and says what is wrong with it, in words, with numbers and causes:
 * {@link org.steadygrad.health.HealthMonitor} for runs, {@link org.steadygrad.health.GradientHealth} as a listener on DL4J's own
 * {@code fit}. Rules look at one traced step ({@code FlowRules}), through time ({@code TimeRules}) or along the steps
 * ({@code StepRules}); what they find is believed when several looks agree.
 *
 * <p>Uses {@code engine}'s traces and {@code runlog}'s events; changes nothing in a run.
 */
@PublicApi
package org.steadygrad.health;

import org.steadygrad.check.PublicApi;
