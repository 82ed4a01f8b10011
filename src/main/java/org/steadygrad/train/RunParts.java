package org.steadygrad.train;

import org.steadygrad.clip.AdjustableClipping;
import org.steadygrad.engine.Engine;
import org.steadygrad.health.HealthMonitor;

/** What makes up the state of a running training beside its counters. */
record RunParts(
        Engine engine,
        AdjustableClipping clip,
        Guard guard,
        Recovery recovery,
        HealthMonitor health,
        OnlineCures cures) {}
