/**
 * What the machine is: processors, GPUs as the operating system sees them, loaded libraries, resident memory; and the choice of the ND4J
 * build that fits it ({@link org.steadygrad.platform.NativeVariant}, which has to come before the first array).
 *
 * <p>Uses nothing but {@code check} and, until that choice is made, nothing of ND4J.
 */
@Internal
package org.steadygrad.platform;

import org.steadygrad.check.Internal;
