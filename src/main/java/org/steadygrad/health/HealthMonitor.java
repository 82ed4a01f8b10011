package org.steadygrad.health;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

/**
 * Watches a training run step by step and says what is wrong with it.
 *
 * <p>Lines of the log, told apart by {@code kind}:
 *
 * <ul>
 *   <li>{@code look}, at traced iterations: {@code iteration}, {@code loss}, {@code gradientNorm} (of the averaged
 *       gradient, before clipping), {@code clipScale}, {@code applied}; {@code parameters}, each with {@code name}, {@code
 *       gradientNorm}, {@code weightNorm}, {@code updateRatio}, {@code nonFinite}, {@code zeros}; {@code layers} and
 *       {@code profiles}, see {@link StepTrace}, the latter with {@code horizon}; {@code nonFinite}, null or where
 *   <li>{@code skipped}, at iterations that weren't applied: the first five fields of the above
 *   <li>{@code finding}, when one is believed for the first time: {@code iteration}, {@code finding}
 * </ul>
 */
public final class HealthMonitor implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FlatLayout layout;
    private final HealthLog log;
    private final FlowRules flowRules;
    private final StepRules stepRules;
    private final FindingLog findings = new FindingLog();
    private StepTrace lastTrace;
    private long steps;
    private long traced;
    private long skipped;

    /**
     * @param layout of the statistics that {@link #observe} is given
     * @param file where the lines go; appended to if it exists
     * @throws InvalidInputException when the file can't be written
     */
    public HealthMonitor(HealthSpec spec, FlatLayout layout, Optional<Path> file) {
        this(spec, layout, file, block -> false);
    }

    /**
     * As the other one.
     *
     * @param underflowing whether small elements of a parameter's gradient become 0, as in 16-bit floats
     */
    public HealthMonitor(
            HealthSpec spec, FlatLayout layout, Optional<Path> file, Predicate<ParameterBlock> underflowing) {
        Check.notNull(spec, "HealthMonitor", "spec");
        this.layout = Check.notNull(layout, "HealthMonitor", "layout");
        log = file.map(HealthLog::appendingTo).orElseGet(HealthLog::none);
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
        List<Finding> raised = new ArrayList<>(findings.look("now", iteration, stepRules.take(loss, outcome)));
        if (stepRules.due()) {
            raised.addAll(findings.look("steps", iteration, stepRules.look()));
        }
        if (trace.isPresent()) {
            if (!outcome.rescaled()) {
                raised.addAll(flow(iteration, trace.get()));
            }
            log.write(look(row("look", iteration, loss, outcome), outcome, trace.get()));
        } else if (!outcome.applied()) {
            log.write(row("skipped", iteration, loss, outcome));
        }
        tell(iteration, raised);
        return raised;
    }

    private List<Finding> flow(int iteration, StepTrace trace) {
        traced++;
        lastTrace = trace;
        List<Finding> raised = new ArrayList<>(findings.look("flow", iteration, flowRules.look(trace)));
        raised.addAll(findings.look("time", iteration, TimeRules.look(trace.profiles())));
        return raised;
    }

    /**
     * Takes in the full look at a pass that went wrong before it became a step.
     *
     * @return findings that are believed from now on: where the first value that isn't finite appeared
     */
    public List<Finding> observeNonFinite(int iteration, StepTrace trace) {
        lastTrace = trace;
        traced++;
        List<Finding> raised = findings.look("flow", iteration, flowRules.look(trace));
        tell(iteration, raised);
        return raised;
    }

    private void tell(int iteration, List<Finding> raised) {
        for (Finding finding : raised) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("kind", "finding");
            line.put("iteration", iteration);
            line.put("finding", finding);
            log.write(line);
        }
    }

    private static Map<String, Object> row(String kind, int iteration, double loss, UpdateOutcome outcome) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("kind", kind);
        row.put("iteration", iteration);
        row.put("loss", loss);
        row.put("gradientNorm", outcome.gradient().globalNorm());
        row.put("clipScale", outcome.clipScale());
        row.put("applied", outcome.applied());
        return row;
    }

    private Map<String, Object> look(Map<String, Object> row, UpdateOutcome outcome, StepTrace trace) {
        List<Map<String, Object>> parameters = new ArrayList<>();
        for (int i = 0; i < layout.blocks().size(); i++) {
            ParameterBlock block = layout.blocks().get(i);
            GradientStatistics.Row gradient = outcome.gradient().rows().get(i);
            UpdateOutcome.BlockUpdate update = outcome.blocks().get(i);
            Map<String, Object> parameter = new LinkedHashMap<>();
            parameter.put("name", block.name());
            parameter.put("gradientNorm", gradient.norm());
            parameter.put("weightNorm", update.weightNorm());
            parameter.put("updateRatio", update.weightNorm() == 0 ? 0 : update.updateNorm() / update.weightNorm());
            parameter.put("nonFinite", gradient.nonFinite());
            parameter.put("zeros", gradient.zeros());
            parameters.add(parameter);
        }
        List<Map<String, Object>> profiles = new ArrayList<>();
        for (TimeProfile profile : trace.profiles()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("layer", profile.layer());
            line.put("direction", profile.direction());
            line.put("horizon", TimeRules.horizon(profile));
            line.put("steps", profile.steps());
            line.put("norms", profile.norms());
            profiles.add(line);
        }
        row.put("parameters", parameters);
        row.put("layers", trace.layers());
        row.put("profiles", profiles);
        row.put("nonFinite", trace.nonFinite().orElse(null));
        return row;
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

    /** Writes out what is pending. */
    public void flush() {
        log.flush();
    }

    /** Closes the log. */
    @Override
    public void close() {
        log.close();
    }
}
