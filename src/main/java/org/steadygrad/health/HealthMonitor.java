package org.steadygrad.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientStatistics;
import org.steadygrad.ops.ParameterBlock;
import org.steadygrad.spec.HealthSpec;

/** Watches a training run step by step and says what is wrong with it, and what could be done about it. */
public final class HealthMonitor {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FlatLayout layout;
    private final Prescriber prescriber;
    private final HealthObserver observer;
    private final FlowRules flowRules;
    private final StepRules stepRules;
    private final Set<String> ignored;
    private final FindingLog findings = new FindingLog();
    private StepTrace lastTrace;
    /** Iteration whose numbers that aren't finite were told with their cause. */
    private int explained = -1;

    private long steps;
    private long traced;
    private long skipped;

    /**
     * @param layout of the statistics that {@link #observe} is given
     * @param prescriber says what could be done about findings
     * @param underflowing whether small elements of a parameter's gradient become 0, as in 16-bit floats
     * @param observer is told of looks and findings
     */
    public HealthMonitor(
            HealthSpec spec,
            FlatLayout layout,
            Prescriber prescriber,
            Predicate<ParameterBlock> underflowing,
            HealthObserver observer) {
        Check.notNull(spec, "HealthMonitor", "spec");
        this.layout = Check.notNull(layout, "HealthMonitor", "layout");
        this.prescriber = Check.notNull(prescriber, "HealthMonitor", "prescriber");
        this.observer = Check.notNull(observer, "HealthMonitor", "observer");
        ignored = Set.copyOf(spec.ignore());
        flowRules = new FlowRules(spec);
        stepRules = new StepRules(spec, layout, underflowing);
    }

    /**
     * Takes a step in.
     *
     * @param loss of the step, may be non-finite
     * @param outcome of the step's update; norms of the averaged gradient
     * @param trace of the same step, when there was a full look
     * @return findings that are believed from this step on
     */
    public List<Finding> observe(int iteration, double loss, UpdateOutcome outcome, Optional<StepTrace> trace) {
        if (outcome.blocks().size() != layout.blocks().size()) {
            throw InvalidInputException.of(
                    "HealthMonitor",
                    layout.blocks().size() + " updates, one per block of the layout",
                    outcome.blocks().size(),
                    "");
        }
        steps++;
        skipped += outcome.applied() ? 0 : 1;
        List<Finding> raised = new ArrayList<>(look("now", iteration, stepRules.take(loss, outcome)));
        if (stepRules.due()) {
            raised.addAll(look("steps", iteration, stepRules.look()));
        }
        if (trace.isPresent()) {
            if (!outcome.rescaled()) {
                raised.addAll(flow(iteration, trace.get()));
            }
            observer.looked(lookOf(iteration, loss, outcome, trace.get()));
        } else if (!outcome.applied()) {
            observer.skipped(new HealthObserver.Skipped(
                    iteration, loss, outcome.gradient().globalNorm()));
        }
        raised.forEach(finding -> observer.found(iteration, finding));
        return raised;
    }

    private List<Finding> look(String group, int iteration, List<Finding> sightings) {
        List<Finding> wanted = sightings.stream()
                .filter(f -> !ignored.contains(f.id()))
                .filter(f -> iteration != explained || !f.id().equals(StepRules.NON_FINITE))
                .toList();
        return findings.look(
                group,
                iteration,
                wanted,
                finding -> finding.with(prescriber.prescribe(finding, stepRules.gradientNorms())));
    }

    private List<Finding> flow(int iteration, StepTrace trace) {
        traced++;
        lastTrace = trace;
        List<Finding> raised = new ArrayList<>(look("flow", iteration, flowRules.look(trace)));
        raised.addAll(look("time", iteration, TimeRules.look(trace.profiles())));
        return raised;
    }

    /**
     * Takes in the full look at a pass that isn't finite, before its step, if it became one, is {@link #observe observed}.
     *
     * @param cause why it isn't, in whole sentences
     * @param evidence numbers behind that, by name
     * @return findings that are believed from now on: where the first value that isn't finite appeared
     */
    public List<Finding> observeNonFinite(int iteration, StepTrace trace, String cause, Map<String, Double> evidence) {
        lastTrace = trace;
        traced++;
        List<Finding> sightings = flowRules.look(trace).stream()
                .map(f -> f.id().equals(StepRules.NON_FINITE) ? f.explained(cause, evidence) : f)
                .toList();
        List<Finding> raised = look("flow", iteration, sightings);
        explained = iteration;
        raised.forEach(finding -> observer.found(iteration, finding));
        return raised;
    }

    private Look lookOf(int iteration, double loss, UpdateOutcome outcome, StepTrace trace) {
        List<Look.Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < layout.blocks().size(); i++) {
            GradientStatistics.Row gradient = outcome.gradient().rows().get(i);
            UpdateOutcome.BlockUpdate update = outcome.blocks().get(i);
            parameters.add(new Look.Parameter(
                    layout.blocks().get(i).name(),
                    gradient.norm(),
                    update.weightNorm(),
                    update.weightNorm() == 0 ? 0 : update.updateNorm() / update.weightNorm(),
                    gradient.nonFinite(),
                    gradient.zeros()));
        }
        List<Look.Profile> profiles = trace.profiles().stream()
                .map(p -> new Look.Profile(p.layer(), p.direction(), TimeRules.horizon(p), p.steps(), p.norms()))
                .toList();
        return new Look(
                iteration,
                loss,
                outcome.gradient().globalNorm(),
                outcome.clipScale(),
                outcome.applied(),
                parameters,
                trace.layers(),
                profiles,
                trace.nonFinite());
    }

    /** Of the averaged gradient at the latest applied steps, before clipping, oldest first. */
    public double[] gradientNorms() {
        return stepRules.gradientNorms();
    }

    /** What is believed so far, the gravest first. */
    public List<Finding> findings() {
        return findings.findings();
    }

    /** Everything at a glance. */
    public HealthSummary summary() {
        List<HealthSummary.Layer> layers = new ArrayList<>();
        Map<String, Integer> horizons = new LinkedHashMap<>();
        if (lastTrace != null) {
            lastTrace
                    .layers()
                    .forEach(l -> layers.add(new HealthSummary.Layer(
                            l.layer(), l.outputGradientNorm(), l.deviation(), l.saturatedShare(), l.deadShare())));
            lastTrace
                    .profiles()
                    .forEach(p -> horizons.put(
                            p.layer() + (p.direction().equals("backward") ? " (backward)" : ""), TimeRules.horizon(p)));
        }
        return new HealthSummary(steps, traced, skipped, stepRules.recentGradientNorm(), layers, horizons, findings());
    }

    private record State(List<Long> counts, FindingLog.State findings, StepRules.State series, SavedTrace trace) {}

    /** The latest full look. @param nonFinite null when there was no such value */
    private record SavedTrace(
            List<StepTrace.LayerTrace> layers, List<TimeProfile> profiles, StepTrace.NonFiniteOrigin nonFinite) {}

    /** What a resumed run needs to go on as if it hadn't been interrupted. */
    public JsonNode state() {
        SavedTrace trace = lastTrace == null
                ? null
                : new SavedTrace(
                        lastTrace.layers(),
                        lastTrace.profiles(),
                        lastTrace.nonFinite().orElse(null));
        return JSON.valueToTree(new State(List.of(steps, traced, skipped), findings.state(), stepRules.state(), trace));
    }

    /**
     * @param state as {@link #state()} returned it
     * @throws InvalidInputException when it is something else
     */
    public void restore(JsonNode state) {
        State read;
        try {
            read = JSON.treeToValue(state, State.class);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    "HealthMonitor: the saved state can't be read: " + e.getOriginalMessage(), e);
        }
        if (read.counts() == null || read.counts().size() != 3 || read.findings() == null || read.series() == null) {
            throw InvalidInputException.of(
                    "HealthMonitor", "the state of a health monitor", state.toString(), "Start without resuming.");
        }
        steps = read.counts().get(0);
        traced = read.counts().get(1);
        skipped = read.counts().get(2);
        findings.restore(read.findings());
        stepRules.restore(read.series());
        SavedTrace trace = read.trace();
        lastTrace = trace == null
                ? null
                : new StepTrace(trace.layers(), trace.profiles(), Optional.ofNullable(trace.nonFinite()));
    }
}
