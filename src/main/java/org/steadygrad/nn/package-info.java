/**
 * Layers, initialisers, activation functions and updaters for anyone's DL4J model: what DL4J lacks (a GRU) and what it gets wrong under masks.
 * They run in DL4J's own {@code fit}, are saved by its {@code ModelSerializer}, and are known to all engines.
 *
 * <p>Uses {@code check} and {@code ops}. Begin with {@link org.steadygrad.nn.GRU}; configuration, parameter initialiser and layer are a
 * class each, as in DL4J.
 */
@PublicApi
package org.steadygrad.nn;

import org.steadygrad.check.PublicApi;
