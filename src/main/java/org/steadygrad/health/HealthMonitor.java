package org.steadygrad.health;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.UpdateOutcome;
import org.steadygrad.health.FindingLog.Group;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.HealthSummary;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.FindingKind;
import org.steadygrad.spec.HealthSpec;

/** Watches a training run step by step and says what is wrong with it, and what could be done about it. */
public final class HealthMonitor {
    private final HealthSpec spec;
    private final FlatLayout layout;
    private final Prescriber prescriber;
    private final RunListener listener;
    private final DataRules dataRules;
    private MaskRules maskRules = MaskRules.NONE;
    private final InitialisationRules initialisationRules;
    private final FlowRules flowRules;
    private final TimeRules timeRules;
    private final StepRules stepRules;
    private final ValidationRules validationRules;
    private final WaitingRule waitingRule;
    private final Findings findings;
    private final Learning learning;
    private StepTrace lastTrace;
    /** Of the latest step that histograms were taken of. */
    private List<Look.Gate> gates = List.of();

    private int gatesIteration;

    /** In the latest batch that was shown. */
    private long examples = Long.MAX_VALUE;

    private long steps;
    private long traced;
    private long skipped;

    /**
     * @param layout of the statistics that {@link #observe} is given
     * @param facts what is known of the run beforehand
     * @param prescriber says what could be done about findings
     * @param listener is told of looks, distributions, findings and skipped steps
     */
    public HealthMonitor(
            HealthSpec spec, FlatLayout layout, RunFacts facts, Prescriber prescriber, RunListener listener) {
        this.spec = Check.notNull(spec, "HealthMonitor", "spec");
        this.layout = Check.notNull(layout, "HealthMonitor", "layout");
        this.prescriber = Check.notNull(prescriber, "HealthMonitor", "prescriber");
        this.listener = Check.notNull(listener, "HealthMonitor", "listener");
        Check.notNull(facts, "HealthMonitor", "facts");
        dataRules = new DataRules(spec.data(), facts);
        initialisationRules = new InitialisationRules(spec);
        flowRules = new FlowRules(spec);
        timeRules = new TimeRules(spec.time(), facts);
        stepRules = new StepRules(spec, layout, facts);
        learning = stepRules.history().learning();
        findings = new Findings(Set.copyOf(spec.ignore()), new Harm(stepRules.history())::judged, this::cured);
        validationRules = new ValidationRules(spec.loss());
        waitingRule = new WaitingRule(spec.data());
    }

    /** Has batches looked at for masks that the network's layers don't know of. */
    public void watchMasks(MaskRules rules) {
        maskRules = Check.notNull(rules, "HealthMonitor", "rules");
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
        return observe(iteration, loss, loss, outcome, trace);
    }

    /**
     * Takes a step in whose loss is a sum over time.
     *
     * @param loss of the step, may be non-finite
     * @param lossPerStep the same per scored step, which is what losses are compared by; NaN when nothing is scored
     * @param outcome of the step's update; norms of the averaged gradient
     * @param trace of the same step, when there was a full look
     * @return findings that are believed from this step on
     */
    public List<Finding> observe(
            int iteration, double loss, double lossPerStep, UpdateOutcome outcome, Optional<StepTrace> trace) {
        int blocks = layout.blocks().size();
        boolean whole = outcome.blocks().size() == blocks;
        Check.that(
                whole,
                "HealthMonitor",
                blocks + " updates, one per block of the layout",
                outcome.blocks().size());
        steps++;
        skipped += outcome.applied() ? 0 : 1;
        List<Finding> raised = new ArrayList<>(findings.now(iteration, stepRules.take(loss, lossPerStep, outcome)));
        if (outcome.applied() && steps - skipped == 1) {
            raised.addAll(findings.look(Group.START, iteration, ZeroRules.weights(layout, outcome, trace)));
        }
        if (stepRules.history().due()) {
            raised.addAll(findings.look(Group.STEPS, iteration, stepRules.look(vanishingIsTold())));
            raised.addAll(findings.look(Group.WAITING, iteration, waitingRule.look()));
        }
        if (trace.isPresent()) {
            if (!outcome.rescaled()) {
                raised.addAll(traced(iteration, trace.get(), UnaryOperator.identity()));
            }
            listener.happened(lookOf(iteration, loss, outcome, trace.get()));
        } else if (!outcome.applied()) {
            listener.happened(
                    new RunEvent.SkippedNorm(iteration, loss, outcome.gradient().globalNorm()));
        }
        return told(iteration, raised);
    }

    /**
     * Takes in the tensors of a step, whose histograms the listener is told; to be called before the step is {@link
     * #observe}d.
     */
    public void observeTensors(int iteration, TensorLook look) {
        gates = look.gates();
        gatesIteration = iteration;
        listener.happened(new Distributions(iteration, look.tensors()));
    }

    /**
     * Takes in a step that was given up because of its loss, before any update.
     *
     * @param loss of the step, not finite
     * @return findings that are believed from this step on
     */
    public List<Finding> observeFailed(int iteration, double loss) {
        steps++;
        skipped++;
        return told(iteration, findings.now(iteration, stepRules.takeFailed(loss)));
    }

    /**
     * Takes in the full look at a pass that isn't finite, before its step, if it became one, is {@link #observe observed}.
     *
     * @param cause why it isn't, in whole sentences
     * @param evidence numbers behind that, by name
     * @return findings that are believed from now on: where the first value that isn't finite appeared
     */
    public List<Finding> observeNonFinite(int iteration, StepTrace trace, String cause, Map<String, Double> evidence) {
        List<Finding> raised = traced(iteration, trace, finding -> finding.explained(cause, evidence));
        if (trace.nonFinite().isPresent()) {
            findings.explained(iteration);
        }
        return told(iteration, raised);
    }

    /**
     * Whether a step's batch is to be shown to {@link #observeBatch}: at full looks, and after them, to see whether batches
     * differ.
     */
    public boolean wantsBatch(int iteration) {
        return spec.looksAt(iteration) || (iteration > 1 && spec.looksAt(iteration - 1));
    }

    /**
     * Takes in what a step is given; batches whose features or labels aren't vectors or sequences are passed over.
     *
     * @param applied whether the step changed the parameters; where it didn't, all values are looked at
     * @return findings that are believed from now on
     */
    public List<Finding> observeBatch(int iteration, MultiDataSet batch, boolean applied) {
        examples = batch.getFeatures(0).size(0);
        if (batch.getFeatures(0).rank() > 3 || batch.getLabels(0).rank() > 3) {
            return List.of();
        }
        boolean whole = !applied || iteration <= 2 || spec.looksAt(iteration);
        DataRules.Sightings seen = whole ? dataRules.look(iteration, batch) : dataRules.compare(iteration, batch);
        List<Finding> now = new ArrayList<>(seen.now());
        now.addAll(whole ? maskRules.look(batch) : List.of());
        List<Finding> raised = new ArrayList<>(findings.look(Group.NOW, iteration, now));
        if (seen.features() != null) {
            raised.addAll(findings.look(Group.FEATURES, iteration, seen.features()));
        }
        if (seen.order() != null) {
            raised.addAll(findings.look(Group.ORDER, iteration, seen.order()));
        }
        return told(iteration, raised);
    }

    /**
     * Takes in how long a step waited.
     *
     * @param waiting seconds for its batch
     * @param all seconds since the end of the step before
     */
    public void observeWaiting(double waiting, double all) {
        waitingRule.take(waiting, all);
    }

    /**
     * Takes in a validation.
     *
     * @return findings that are believed from now on
     */
    public List<Finding> observeValidation(int iteration, double loss) {
        return observeValidation(iteration, loss, List.of());
    }

    /**
     * Takes in a validation of a model that names classes.
     *
     * @param rankings how well it tells them apart; empty where that isn't known
     * @return findings that are believed from now on
     */
    public List<Finding> observeValidation(int iteration, double loss, List<ClassRanking> rankings) {
        StepHistory history = stepRules.history();
        learning.validated(loss);
        if (learning.known() && !learning.guesses()) {
            // training losses alone said so until now, and may do until the run ends
            findings.refute(Group.STEPS, iteration, LossRules::saysGuessing);
        }
        List<Finding> raised = new ArrayList<>(findings.look(
                Group.VALIDATION,
                iteration,
                validationRules.take(history.recentLoss(), loss, learning.validationLevel(), learning.byHeart())));
        raised.addAll(findings.look(Group.CLASSES, iteration, NamingRule.look(rankings, history.largestUpdate())));
        return told(iteration, raised);
    }

    private boolean vanishingIsTold() {
        return findings.wanted(FindingKind.VANISHING_GRADIENT) && lastTrace != null && flowRules.vanishes(lastTrace);
    }

    private List<Finding> told(int iteration, List<Finding> raised) {
        raised.forEach(finding -> listener.happened(new RunEvent.Found(iteration, finding)));
        findings.closed().forEach(finding -> listener.happened(new RunEvent.Closed(iteration, finding)));
        return raised;
    }

    private Finding cured(Finding finding) {
        return finding.with(prescriber.prescribe(finding, gradientNorms()));
    }

    /** @param explained adds to a finding about the first value that isn't finite why it isn't */
    private List<Finding> traced(int iteration, StepTrace trace, UnaryOperator<Finding> explained) {
        boolean first = traced == 0 && steps - skipped <= 1;
        traced++;
        lastTrace = trace;
        List<Finding> raised = new ArrayList<>();
        if (trace.nonFinite().isPresent()) {
            Finding nonFinite = FlowRules.nonFinite(trace.nonFinite().get());
            raised.addAll(findings.now(iteration, List.of(explained.apply(nonFinite))));
        } else {
            raised.addAll(first ? findings.look(Group.START, iteration, initialisationRules.look(trace)) : List.of());
            List<Finding> flow = new ArrayList<>(flowRules.look(trace, first, examples));
            if (flow.stream().noneMatch(finding -> finding.severity() == Severity.ERROR)) {
                flow.addAll(ZeroRules.look(trace));
            }
            raised.addAll(findings.look(Group.FLOW, iteration, flow));
            raised.addAll(findings.look(Group.TIME, iteration, timeRules.look(trace.profiles())));
        }
        return raised;
    }

    private Look lookOf(int iteration, double loss, UpdateOutcome outcome, StepTrace trace) {
        return new Look(
                iteration,
                loss,
                outcome.gradient().globalNorm(),
                outcome.clipScale(),
                outcome.applied(),
                Look.Parameter.of(layout, outcome),
                iteration == gatesIteration ? gates : List.of(),
                trace.layers(),
                timeRules.withHorizons(trace.profiles()),
                trace.nonFinite());
    }

    /** Of the averaged gradient at the latest applied steps, before clipping, oldest first. */
    public double[] gradientNorms() {
        return stepRules.history().gradientNorms().values();
    }

    /** What is believed so far, what has ended last: the gravest first, of these what is likelier to be the cause of the others. */
    public List<Finding> findings() {
        return findings.believed();
    }

    /** Everything at a glance. */
    public HealthSummary summary() {
        StepTrace trace = lastTrace == null ? new StepTrace(List.of(), List.of(), Optional.empty()) : lastTrace;
        var layers = trace.layers().stream().map(HealthSummary.Layer::of).toList();
        double norm = stepRules.history().gradientNorms().median();
        return new HealthSummary(
                steps,
                traced,
                skipped,
                norm,
                OptionalDouble.empty(),
                layers,
                timeRules.horizons(trace.profiles()),
                findings());
    }

    /** What a resumed run needs to go on as if it hadn't been interrupted. */
    public JsonNode state() {
        return new MonitorState(
                        List.of(steps, traced, skipped),
                        findings.state(),
                        stepRules.history().state(),
                        dataRules.state(),
                        validationRules.state(),
                        flowRules.state(),
                        timeRules.state(),
                        lastTrace == null ? null : MonitorState.SavedTrace.of(lastTrace))
                .json();
    }

    /**
     * @param state as {@link #state()} returned it
     * @throws InvalidInputException when it is something else
     */
    public void restore(JsonNode state) {
        MonitorState read = MonitorState.read(state);
        steps = read.counts().get(0);
        traced = read.counts().get(1);
        skipped = read.counts().get(2);
        findings.restore(read.findings());
        stepRules.history().restore(read.history());
        dataRules.restore(read.data());
        validationRules.restore(read.validation());
        validationRules.latest().ifPresent(learning::validated);
        flowRules.restore(read.explodesFromTheStart());
        timeRules.restore(read.reaches());
        lastTrace = read.trace() == null ? null : read.trace().trace();
    }
}
