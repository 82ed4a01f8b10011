/**
 * From the neutral graph to DL4J's networks, and back: {@link org.steadygrad.exchange.network.ImportedNetwork} is a graph's network, {@link
 * org.steadygrad.exchange.network.NetworkGraph} a network's graph, each proven against what the
 * other computes.
 *
 * <p>Uses {@code exchange.graph}, {@code nn}, {@code model} and, to compute in double, {@code engine.dl4j}.
 */
@Internal
package org.steadygrad.exchange.network;

import org.steadygrad.check.Internal;
