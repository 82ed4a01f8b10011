/**
 * Checks of arguments and the wording of errors, for everything else: who complains, what was expected, what was got, what to do. Also what
 * distinguishes the variants of a sealed type without forgetting one ({@link org.steadygrad.check.Cases}), and the two marks that
 * each package carries, {@link org.steadygrad.check.PublicApi} or {@link org.steadygrad.check.Internal}.
 *
 * <p>Uses nothing of the toolkit. Begin with {@link org.steadygrad.check.InvalidInputException}, which users catch.
 */
@PublicApi
package org.steadygrad.check;
