/**
 * Networks of other libraries, read and written with proof: {@link org.steadygrad.exchange.Models} does both, by the formats that
 * {@link org.steadygrad.exchange.ModelFormat} is for. Every format reads into and writes from a
 * {@link org.steadygrad.exchange.graph.NeutralGraph}, and lives in a room of its own.
 *
 * <p>The law: the same function or a refusal. What a format says and the graph can't is refused with layer, option, value and what to
 * do; what is read is told key by key ({@link org.steadygrad.exchange.ReadReport}).
 *
 * <p>Uses {@code check}, {@code ops}, {@code spec}, {@code nn}, {@code data}, {@code model} and {@code engine}.
 */
@PublicApi
package org.steadygrad.exchange;

import org.steadygrad.check.PublicApi;
