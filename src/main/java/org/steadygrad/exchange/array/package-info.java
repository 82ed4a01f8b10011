/**
 * Arrays as files of other toolkits hold them: their element types, how these become numbers, and the limits within which memory is
 * taken for them.
 *
 * <p>Begin with {@code StoredArray}.
 */
@Internal
package org.steadygrad.exchange.array;

import org.steadygrad.check.Internal;
