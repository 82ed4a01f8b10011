/**
 * A network as no library in particular writes it down: what every format of {@code exchange} is read into and written from.
 *
 * <p>{@link org.steadygrad.exchange.graph.NeutralGraph} is a list of operations in an order in which they can be computed. What an operation means is said at
 * its record in {@link org.steadygrad.exchange.graph.Operation}, and computed in double by {@link org.steadygrad.exchange.graph.GraphEvaluator}, which is
 * the measure for everything that is made of a graph. Nothing is implied: masks are values like others, with operations that make,
 * join and use them.
 *
 * <p>Uses {@code check} and {@code ops}. Knows no file and no DL4J.
 */
@PublicApi
package org.steadygrad.exchange.graph;

import org.steadygrad.check.PublicApi;
