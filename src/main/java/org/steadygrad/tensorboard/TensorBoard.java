package org.steadygrad.tensorboard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.tensorflow.framework.Summary;

/**
 * Writes what happens in a run as TensorBoard's event files: scalars of every step and every full look, histograms, findings and
 * the run file as texts. A resumed run goes on in a file of its own, which lets TensorBoard drop what an earlier one says of the
 * steps that are done again.
 */
public final class TensorBoard implements RunListener, AutoCloseable {
    private static final long FLUSH_NANOS = 1_000_000_000L;

    private final Path folder;
    private final String runFile;
    private EventFile events;
    private final Cases<RunEvent, Void> writing = Cases.<RunEvent, Void>of(RunEvent.class)
            .ignore(
                    RunEvent.EnginePassedOver.class,
                    RunEvent.DataNote.class,
                    RunEvent.ModelNote.class,
                    RunEvent.SkippedNorm.class,
                    RunEvent.Steps.class,
                    RunEvent.Compared.class,
                    RunEvent.CheckpointWritten.class,
                    RunEvent.Finished.class)
            .run(RunEvent.Started.class, this::write)
            .run(RunEvent.Step.class, this::write)
            .run(RunEvent.Validated.class, this::write)
            .run(RunEvent.Skipped.class, this::writeNote)
            .run(RunEvent.RolledBack.class, this::writeNote)
            .run(RunEvent.CureTried.class, this::writeNote)
            .run(RunEvent.Stopped.class, this::writeNote)
            .run(Look.class, this::write)
            .run(Distributions.class, this::write)
            .run(RunEvent.Found.class, this::write)
            .run(RunEvent.Closed.class, this::write)
            .complete();
    private long lastFlush = System.nanoTime();

    /**
     * @param folder for the event files, made if it isn't there
     * @param resume whether the run continues one whose event files the folder may have
     * @param runFile text of the run file
     * @throws InvalidInputException when the folder can't be used, or has the events of another run
     */
    public TensorBoard(Path folder, boolean resume, String runFile) {
        this.folder = folder;
        this.runFile = runFile;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "TensorBoard folder " + folder, "a folder that can be written to", e.toString(), "Choose another.");
        }
        Optional<Path> other = resume ? Optional.empty() : EventFile.newest(folder);
        if (other.isPresent()) {
            throw InvalidInputException.of(
                    "TensorBoard folder " + folder,
                    "a folder without event files, since TensorBoard would draw two runs as one",
                    other.get().getFileName().toString(),
                    "Choose another folder, for example one beside it: TensorBoard compares the folders below its"
                            + " --logdir.");
        }
    }

    @Override
    public void happened(RunEvent event) {
        writing.of(event);
    }

    private void write(RunEvent.Started started) {
        events = EventFile.in(folder);
        events.startSession(started.startIteration() + 1);
        String text = "engine %s (%s), %,d parameters%n%n"
                .formatted(started.engine(), started.device(), started.parameters());
        write(started.startIteration(), Summaries.text("run_file", text + runFile.indent(4)));
        events.flush();
    }

    private void write(RunEvent.Step step) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("training/loss", step.loss());
        scalars.put("training/gradient_norm", step.gradientNorm());
        scalars.put("training/clip_scale", step.clipScale());
        scalars.put("training/learning_rate_scale", step.learningRateScale());
        scalars.put("training/seconds_per_step", step.seconds());
        write(step.iteration(), Summaries.scalars(scalars));
    }

    private void write(RunEvent.Validated validated) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        validated.metrics().forEach((name, value) -> scalars.put("validation/" + name, value));
        write(validated.iteration(), Summaries.scalars(scalars));
    }

    private void writeNote(RunEvent.Note note) {
        write(note.iteration(), Summaries.text("events/" + note.kind(), note.message()));
    }

    private void write(Look look) {
        Map<String, Double> scalars = new LinkedHashMap<>();
        for (Look.Parameter parameter : look.parameters()) {
            scalars.put("gradient_norm/" + parameter.name(), parameter.gradientNorm());
            scalars.put("weight_norm/" + parameter.name(), parameter.weightNorm());
            scalars.put("update_ratio/" + parameter.name(), parameter.updateRatio());
        }
        for (Look.Gate gate : look.gates()) {
            String name = gate.parameter() + "/" + gate.gate().replace(' ', '_');
            scalars.put("gate_gradient_norm/" + name, gate.gradientNorm());
        }
        for (LayerTrace layer : look.layers()) {
            scalars.put("output_gradient_norm/" + layer.layer(), layer.outputGradientNorm());
            scalars.put("saturated_share/" + layer.layer(), layer.saturatedShare());
            scalars.put("dead_share/" + layer.layer(), layer.deadShare());
        }
        for (Look.Profile profile : look.profiles()) {
            scalars.put("horizon/" + profile.layer() + "_" + profile.direction(), (double) profile.horizon());
        }
        write(look.iteration(), Summaries.scalars(scalars));
    }

    private void write(Distributions distributions) {
        Summary.Builder summary = Summary.newBuilder();
        for (Distributions.Tensor tensor : distributions.tensors()) {
            if (tensor.values().total() > 0) {
                String group = tensor.kind().name().toLowerCase(Locale.ROOT) + "s";
                summary.addValue(Summaries.histogram(group + "/" + tensor.name(), tensor.values()));
            }
        }
        write(distributions.iteration(), summary.build());
    }

    private void write(RunEvent.Found found) {
        write(found.iteration(), Summaries.text(tag(found.finding()), FindingMarkdown.of(found.finding())));
        events.flush();
    }

    private void write(RunEvent.Closed closed) {
        String words = "Not seen since step " + closed.finding().endIteration() + ".";
        write(closed.iteration(), Summaries.text(tag(closed.finding()), words));
    }

    private static String tag(Finding finding) {
        return "findings/" + finding.id() + (finding.layer().isEmpty() ? "" : "/" + finding.layer());
    }

    private void write(int iteration, Summary summary) {
        events.write(iteration, summary);
        if (System.nanoTime() - lastFlush > FLUSH_NANOS) {
            events.flush();
            lastFlush = System.nanoTime();
        }
    }

    @Override
    public void close() {
        if (events != null) {
            events.close();
        }
    }
}
