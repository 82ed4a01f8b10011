package org.steadygrad.diagnose;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.data.DataDescription;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.health.HealthMonitor;
import org.steadygrad.health.Prescriber;
import org.steadygrad.health.RunFacts;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/**
 * Judges the first steps by the rules that watch a running training, as if they came one after the other, with two
 * differences:
 *
 * <ul>
 *   <li>Where sequences have one loss, or the task's lag is known, the gradient through time is that of {@link MemoryProbe}. In
 *       running text without a known lag, that each step's loss fades over the steps before it is no sickness.
 *   <li>A vanilla layer of whose gradient no more arrives where the task needs it than the rounding of 32-bit floats is an
 *       error at once. Of gated cells that is a warning, since their gates may learn to keep more.
 * </ul>
 */
final class Rules {
    /** As often as health must see something before it believes it. */
    private static final int LOOKS = 3;

    private final HealthMonitor monitor;
    private final boolean byMemory;

    /** @param lag steps back that the task needs; null when it isn't known */
    Rules(HealthSpec spec, FlatLayout layout, DataDescription description, Integer lag) {
        boolean symbols = description.input() == DataDescription.InputKind.SYMBOLS;
        boolean perStep = description.target().perStep();
        byMemory = !perStep || lag != null;
        RunFacts facts = new RunFacts(
                lag == null ? OptionalInt.empty() : OptionalInt.of(lag),
                0,
                perStep && !byMemory,
                symbols,
                false,
                0,
                block -> false,
                Baselines.NONE);
        monitor = new HealthMonitor(spec, layout, facts, Prescriber.NONE, RunListener.NONE);
    }

    /** @param batches one for each probe */
    List<Finding> findings(List<MultiDataSet> batches, List<Probe> probes, List<MemoryReach> memory) {
        for (int look = 0; look < Math.max(LOOKS, probes.size()); look++) {
            Probe probe = probes.get(look % probes.size());
            if (look < probes.size()) {
                monitor.observeBatch(look + 1, batches.get(look), false);
            }
            monitor.observe(look + 1, probe.loss(), probe.update(), Optional.of(trace(probe, memory)));
        }
        return monitor.findings().stream()
                .map(f -> hopeless(f, memory) ? error(f) : f)
                .toList();
    }

    private static boolean hopeless(Finding finding, List<MemoryReach> memory) {
        return finding.kind() == FindingKind.VANISHING_THROUGH_TIME
                && memory.stream()
                        .filter(reach -> reach.layer().equals(finding.layer()) && !Double.isNaN(reach.product()))
                        .anyMatch(reach -> reach.arriving() < Math.ulp(1f));
    }

    private static Finding error(Finding f) {
        return new Finding(
                f.id(),
                Severity.ERROR,
                f.layer(),
                f.firstIteration(),
                f.count(),
                f.message(),
                f.evidence(),
                f.prescriptions());
    }

    private StepTrace trace(Probe probe, List<MemoryReach> memory) {
        StepTrace trace = probe.trace();
        if (!byMemory || memory.isEmpty()) {
            return trace;
        }
        return new StepTrace(
                trace.layers(), memory.stream().map(MemoryReach::profile).toList(), trace.nonFinite());
    }
}
