package org.steadygrad.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.steadygrad.check.Cases;
import org.steadygrad.check.Check;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.runlog.Spread;

/**
 * A run as its charts show it. It hears what happened, from files or while the run goes on, and its size is bounded however long that
 * is. Not for several threads at a time.
 *
 * <p>{@link #json()} is what pages are fed with. An object with
 *
 * <ul>
 *   <li>{@code name}; {@code state}: "running", "finished", "stopped" (ended before its time) or "unfinished" (its files end without a
 *       result); {@code verdict}: {@code tone} (good, mixed, bad, open) and {@code title};
 *   <li>{@code progress}: {@code iteration}, {@code planned} (-1 when not known), {@code epoch}, {@code skipped}, {@code clipped},
 *       {@code firstLoss}, {@code lastLoss}, {@code lastFinite} (the last iteration whose loss was a number, 0 when none was),
 *       {@code bestIteration} (0 without validation), {@code secondsPerStep} (median of the latest, the first ones left out);
 *   <li>{@code environment}: {@code engine}, {@code device}, {@code precision}, {@code parameters}, {@code seed}; "" or 0 when not known;
 *   <li>{@code outcome}, null until the end: {@code seconds}, {@code stopReason}, {@code modelIteration}, {@code validation};
 *   <li>{@code baselines}, what guessing gives, the best first: {@code name}, {@code trainingLoss}, {@code validation}; {@code gain}: by how
 *       much the best validation {@code loss} is below that of the first, and the {@code noise} of that;
 *   <li>{@code findings}, the gravest first: the fields of {@link Finding};
 *   <li>{@code steps}: {@code loss}, {@code gradientNorm}, {@code clipped}, {@code skipped}, {@code learningRateScale}, {@code learningRate}, {@code seconds}, each
 *       as in {@link Series#json()}; {@code validation}: the same by metric;
 *   <li>{@code events}: by kind in lower case its {@code count} and {@code marks}, of {@code x} and {@code text};
 *   <li>{@code layers} ({@code gradient}, {@code mean}, {@code deviation}, {@code saturated}, {@code dead}) and {@code parameters}
 *       ({@code gradient}, {@code weight}, {@code update}) and {@code gates} ({@code gradient}) as in {@link Grid#json()}; {@code activations}: by layer;
 *   <li>{@code time}: a list as in {@link TimeGrid#json()}; {@code histograms}: a list as in {@link HistogramTracks#json()};
 *   <li>{@code configuration}: {@code text} of the run file and its {@code values} by key.
 * </ul>
 *
 * Values that aren't finite are null. Parts to which nothing came are the same nodes as before, and so not to be modified.
 */
public final class RunView implements RunListener {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MARKS = 100;

    /**
     * Something that happened.
     *
     * @param x iteration
     * @param text in words
     */
    private record Mark(int x, String text) {}

    private final Map<String, Series> steps = new LinkedHashMap<>();
    private final Map<String, Series> validation = new LinkedHashMap<>();
    private final Map<String, Thinned<Mark>> events = new LinkedHashMap<>();
    private final Map<String, String> activations = new LinkedHashMap<>();
    private final Grid layers = new Grid("gradient", "mean", "deviation", "saturated", "dead");
    private final Grid parameters = new Grid("gradient", "weight", "update");
    private final Grid gates = new Grid("gradient");
    private final Map<String, TimeGrid> time = new LinkedHashMap<>();
    private final HistogramTracks histograms = new HistogramTracks();
    private final Map<String, Finding> found = new LinkedHashMap<>();
    private final Learning learning = new Learning();
    private final String folder;
    private String name;
    private String state = "running";
    private Configuration configuration = Configuration.NONE;
    private JsonNode configurationJson = JSON.valueToTree(configuration);
    private int epoch;
    private int bestIteration;
    private Baselines baselines = Baselines.NONE;
    private Gain gain = Gain.UNKNOWN;
    private long planned = -1;
    private String engine = "";
    private String device = "";
    private long parameterCount;
    private RunResult outcome;
    private final Cases<RunEvent, Void> taking = Cases.<RunEvent, Void>of(RunEvent.class)
            .ignore(
                    RunEvent.EnginePassedOver.class,
                    RunEvent.DataNote.class,
                    RunEvent.ModelNote.class,
                    RunEvent.SkippedNorm.class)
            .run(RunEvent.Started.class, this::begin)
            .run(RunEvent.Compared.class, event -> baselines = event.baselines())
            .run(RunEvent.Step.class, this::take)
            .run(RunEvent.Steps.class, this::take)
            .run(RunEvent.Validated.class, this::take)
            .run(RunEvent.Note.class, this::take)
            .run(Look.class, this::take)
            .run(Distributions.class, histograms::add)
            .run(RunEvent.Found.class, event -> take(event.finding()))
            .run(RunEvent.Closed.class, event -> take(event.finding()))
            .run(RunEvent.Finished.class, this::end)
            .complete();

    /** @param name of the run; a result's own takes its place */
    public RunView(String name) {
        Check.notNull(name, "RunView", "name");
        this.name = name;
        folder = name;
    }

    /** What the run is called in titles. */
    public String name() {
        return name;
    }

    /**
     * Gives runs of the same name others: those of their folders or, where these are alike too, numbers.
     *
     * @param runs are changed
     */
    public static void tellApart(List<RunView> runs) {
        rename(runs, (run, number) -> run.folder);
        rename(runs, (run, number) -> run.name + " (" + number + ")");
    }

    private static void rename(List<RunView> runs, BiFunction<RunView, Integer, String> other) {
        Map<String, List<RunView>> alike = new LinkedHashMap<>();
        runs.forEach(
                run -> alike.computeIfAbsent(run.name, n -> new ArrayList<>()).add(run));
        for (List<RunView> same : alike.values()) {
            for (int i = 0; same.size() > 1 && i < same.size(); i++) {
                same.get(i).name = other.apply(same.get(i), i + 1);
            }
        }
    }

    /**
     * Takes the run file.
     *
     * @param source what errors call it
     */
    public void configured(String runFile, String source) {
        configuration = Configuration.of(runFile, source);
        configurationJson = JSON.valueToTree(configuration);
        name = configuration.values().getOrDefault("name", name);
    }

    @Override
    public void happened(RunEvent event) {
        taking.of(event);
    }

    /** The run begins, or goes on after an earlier end. */
    private void begin(RunEvent.Started started) {
        engine = started.engine();
        device = started.device();
        parameterCount = started.parameters();
        planned = started.plannedIterations();
        state = "running";
        outcome = null;
    }

    private void take(RunEvent.Step step) {
        learning.take(step);
        epoch = step.epoch();
        add(steps, "loss", step.iteration(), step.comparableLoss());
        add(steps, "gradientNorm", step.iteration(), step.gradientNorm());
        add(steps, "clipped", step.iteration(), step.clipScale() < 1 ? 1 : 0);
        add(steps, "skipped", step.iteration(), step.applied() ? 0 : 1);
        add(steps, "learningRateScale", step.iteration(), step.learningRateScale());
        if (!Double.isNaN(step.learningRate())) {
            add(steps, "learningRate", step.iteration(), step.learningRate());
        }
        add(steps, "seconds", step.iteration(), step.seconds());
    }

    private void take(RunEvent.Steps older) {
        learning.take(older);
        epoch = older.epoch();
        add(steps, "loss", older.iteration(), older.comparableLoss());
        add(steps, "gradientNorm", older.iteration(), older.gradientNorm());
        add(steps, "clipped", older.iteration(), older.of(older.clipped()));
        add(steps, "skipped", older.iteration(), older.of(older.skipped()));
        add(steps, "learningRateScale", older.iteration(), older.learningRateScale());
        if (older.learningRate().finite() > 0) {
            add(steps, "learningRate", older.iteration(), older.learningRate());
        }
        add(steps, "seconds", older.iteration(), older.seconds());
    }

    private static void add(Map<String, Series> all, String quantity, int iteration, double value) {
        all.computeIfAbsent(quantity, q -> new Series()).add(iteration, value);
    }

    private static void add(Map<String, Series> all, String quantity, int iteration, Spread values) {
        all.computeIfAbsent(quantity, q -> new Series()).add(iteration, values);
    }

    private void take(RunEvent.Validated validated) {
        validated.metrics().forEach((metric, value) -> add(validation, metric, validated.iteration(), value));
        if (validated.best()) {
            bestIteration = validated.iteration();
            gain = validated.gain();
        }
    }

    private void take(RunEvent.Note note) {
        events.computeIfAbsent(note.kind(), e -> new Thinned<>(MARKS)).add(new Mark(note.iteration(), note.message()));
    }

    private void take(Look look) {
        Map<String, double[]> byLayer = new LinkedHashMap<>();
        for (LayerTrace layer : look.layers()) {
            activations.put(layer.layer(), layer.activation());
            byLayer.put(layer.layer(), new double[] {
                layer.outputGradientNorm(), layer.mean(), layer.deviation(), layer.saturatedShare(), layer.deadShare()
            });
        }
        Map<String, double[]> byParameter = new LinkedHashMap<>();
        for (Look.Parameter p : look.parameters()) {
            byParameter.put(p.name(), new double[] {p.gradientNorm(), p.weightNorm(), p.updateRatio()});
        }
        layers.add(look.iteration(), byLayer);
        parameters.add(look.iteration(), byParameter);
        if (!look.gates().isEmpty()) {
            Map<String, double[]> byGate = new LinkedHashMap<>();
            look.gates().forEach(g -> byGate.put(g.parameter() + " " + g.gate(), new double[] {g.gradientNorm()}));
            gates.add(look.iteration(), byGate);
        }
        for (Look.Profile profile : look.profiles()) {
            time.computeIfAbsent(
                            profile.layer() + " " + profile.direction(),
                            key -> new TimeGrid(profile.layer(), profile.direction()))
                    .add(look.iteration(), profile);
        }
    }

    private void take(Finding finding) {
        found.put(finding.id() + "/" + finding.layer(), finding);
    }

    private void end(RunEvent.Finished finished) {
        outcome = finished.result();
        name = outcome.name();
        engine = outcome.engine();
        device = outcome.device();
        parameterCount = outcome.parameters();
        state = outcome.completed() ? "finished" : "stopped";
    }

    /** No result will come: the run was killed or has failed, or its files are read while it goes on. */
    public void unfinished() {
        state = "unfinished";
    }

    /** Number of the latest step; 0 before the first. */
    public int iteration() {
        return learning.lastIteration();
    }

    private List<Finding> findings() {
        return outcome != null
                ? outcome.findings()
                : found.values().stream()
                        .sorted(Comparator.comparing(Finding::severity).reversed())
                        .toList();
    }

    /** As pages take it; see above. */
    public ObjectNode json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("name", name).put("state", state);
        double[] losses = steps.containsKey("loss") ? steps.get("loss").means() : new double[0];
        LearningVerdict verdict =
                LearningVerdict.of(learning, losses, findings(), baselines, gain, state.equals("running"));
        json.putObject("verdict")
                .put("tone", verdict.tone().name().toLowerCase(java.util.Locale.ROOT))
                .put("title", verdict.title());
        putProgress(json.putObject("progress"));
        putEnvironment(json.putObject("environment"));
        putOutcome(json);
        putBaselines(json);
        json.set("findings", JSON.valueToTree(findings()));
        putSeries(json.putObject("steps"), steps);
        putSeries(json.putObject("validation"), validation);
        putEvents(json.putObject("events"));
        json.set("layers", layers.json());
        json.set("parameters", parameters.json());
        json.set("gates", gates.json());
        json.set("activations", JSON.valueToTree(activations));
        ArrayNode profiles = json.putArray("time");
        time.values().forEach(grid -> profiles.add(grid.json()));
        json.set("histograms", histograms.json());
        json.set("configuration", configurationJson);
        return json;
    }

    /** {@link #json()} as text. */
    public String text() {
        try {
            return JSON.writeValueAsString(json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a view that can't be written as JSON", e);
        }
    }

    private void putProgress(ObjectNode progress) {
        progress.put("iteration", learning.lastIteration())
                .put("planned", planned)
                .put("epoch", epoch);
        progress.put("skipped", learning.skipped()).put("clipped", learning.clipped());
        progress.put("lastFinite", learning.lastFinite()).put("bestIteration", bestIteration);
        Numbers.put(progress, "firstLoss", learning.first());
        Numbers.put(progress, "lastLoss", learning.last());
        Numbers.put(
                progress, "secondsPerStep", outcome == null ? learning.medianSeconds() : outcome.secondsPerIteration());
    }

    private void putEnvironment(ObjectNode environment) {
        environment.put("engine", engine).put("device", device).put("parameters", parameterCount);
        environment.put("precision", outcome == null ? "" : outcome.precision());
        environment.put(
                "seed", outcome == null ? configuration.values().getOrDefault("seed", "") : "" + outcome.seed());
    }

    private void putOutcome(ObjectNode json) {
        if (outcome == null) {
            json.putNull("outcome");
            return;
        }
        ObjectNode ended = json.putObject("outcome");
        ended.put("seconds", outcome.seconds()).put("stopReason", outcome.stopReason());
        ended.put("modelIteration", outcome.modelIteration());
        ObjectNode metrics = ended.putObject("validation");
        outcome.validation().forEach((metric, value) -> Numbers.put(metrics, metric, value));
    }

    private void putBaselines(ObjectNode json) {
        ArrayNode all = json.putArray("baselines");
        for (Baseline baseline : baselines.all()) {
            ObjectNode one = all.addObject().put("name", baseline.name());
            Numbers.put(one, "trainingLoss", baseline.trainingLoss());
            ObjectNode metrics = one.putObject("validation");
            baseline.validation().forEach((metric, value) -> Numbers.put(metrics, metric, value));
        }
        ObjectNode better = json.putObject("gain");
        Numbers.put(better, "loss", gain.loss());
        Numbers.put(better, "noise", gain.noise());
    }

    private static void putSeries(ObjectNode json, Map<String, Series> all) {
        all.forEach((quantity, series) -> json.set(quantity, series.json()));
    }

    private void putEvents(ObjectNode json) {
        events.forEach((kind, marks) -> {
            ObjectNode of = json.putObject(kind).put("count", marks.count());
            of.set("marks", JSON.valueToTree(marks.items()));
        });
    }
}
