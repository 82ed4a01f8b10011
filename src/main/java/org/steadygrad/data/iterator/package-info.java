/**
 * Iterators of DL4J as a source of data: surveyed once, so that shapes, labels and masks are known before training, then read anew in each
 * epoch.
 *
 * <p>Begin with {@link org.steadygrad.data.iterator.IteratorData}; users reach it by {@code DataSources.of}.
 */
@Internal
package org.steadygrad.data.iterator;

import org.steadygrad.check.Internal;
