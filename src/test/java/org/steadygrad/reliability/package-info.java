/**
 * Tries to break the program: files that somebody damaged, and runs that are killed, at random. {@code benchmarks/reliability.sh} does so for
 * long and counts what happened; tests do so for seconds.
 */
package org.steadygrad.reliability;
