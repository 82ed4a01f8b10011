/**
 * The engine that runs any DL4J model on DL4J's own layers, in a copy whose masks, losses and activation functions are right
 * ({@link org.steadygrad.engine.dl4j.OwnGraph}): the fallback, and with the tests' references in double what others are held to.
 *
 * <p>Uses {@code engine} and what is below it, no other engine. Begin with {@code Dl4jEngine}; {@link org.steadygrad.engine.dl4j.TracedPass}
 * is its forward and backward pass.
 */
@Internal
package org.steadygrad.engine.dl4j;

import org.steadygrad.check.Internal;
