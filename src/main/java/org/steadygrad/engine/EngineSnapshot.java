package org.steadygrad.engine;

/**
 * A copy of everything an engine changes while training: parameters, updater state, running statistics, carried state.
 * Only the engine that made it can read it.
 */
public interface EngineSnapshot {}
