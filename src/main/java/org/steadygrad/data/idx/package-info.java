/**
 * Images in the IDX format of MNIST and its relatives. Begin with {@link org.steadygrad.data.idx.IdxData}.
 */
@Internal
package org.steadygrad.data.idx;

import org.steadygrad.check.Internal;
