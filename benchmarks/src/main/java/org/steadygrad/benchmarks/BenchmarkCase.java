package org.steadygrad.benchmarks;

/**
 * A named workload.
 *
 * @param quick whether {@code --quick} measures it
 */
record BenchmarkCase(String name, Workload workload, boolean quick) {}
