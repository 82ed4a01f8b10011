package org.steadygrad.diagnose;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.health.Finding;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.health.HealthObserver;
import org.steadygrad.health.Prescriber;
import org.steadygrad.health.RunFacts;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.spec.HealthSpec;

/**
 * Judges the first steps by the rules that watch a running training, as if they came one after the other. Where every step of
 * a sequence has a loss and the task's lag is known, the gradient through time that is judged is that of one step's loss.
 */
final class Rules {
    /** As often as health must see something before it believes it. */
    private static final int LOOKS = 3;

    private final HealthMonitor monitor;
    private final boolean ofOneStep;

    /** @param lag steps back that the task needs; null when it isn't known */
    Rules(HealthSpec spec, FlatLayout layout, DataDescription description, Integer lag) {
        boolean symbols = description.input() == DataDescription.InputKind.SYMBOLS;
        ofOneStep = description.target().perStep() && lag != null;
        RunFacts facts = new RunFacts(
                lag == null ? OptionalInt.empty() : OptionalInt.of(lag),
                0,
                !ofOneStep,
                symbols,
                false,
                0,
                block -> false);
        monitor = new HealthMonitor(spec, layout, facts, Prescriber.NONE, new HealthObserver() {});
    }

    /** @param batches one for each probe */
    List<Finding> findings(List<MultiDataSet> batches, List<Probe> probes, List<MemoryReach> memory) {
        for (int look = 0; look < Math.max(LOOKS, probes.size()); look++) {
            Probe probe = probes.get(look % probes.size());
            monitor.observe(look + 1, probe.loss(), probe.update(), Optional.of(trace(probe, memory)));
        }
        return monitor.findings();
    }

    private StepTrace trace(Probe probe, List<MemoryReach> memory) {
        StepTrace trace = probe.trace();
        if (!ofOneStep || memory.isEmpty()) {
            return trace;
        }
        return new StepTrace(
                trace.layers(), memory.stream().map(MemoryReach::profile).toList(), trace.nonFinite());
    }
}
