package org.steadygrad.train;

/** What all parts of a run share. */
record RunContext(LoopSettings settings, Progress progress, StopSignal stopSignal) {}
