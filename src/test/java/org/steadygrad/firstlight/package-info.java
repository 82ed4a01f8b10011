/**
 * What a machine with a GPU is asked while there is little time: parts in order of importance, each in processes of its own, with
 * a limit, and with results that stay whatever happens to the others. It comes with the offline bundle as {@code run first-light}.
 */
package org.steadygrad.firstlight;
