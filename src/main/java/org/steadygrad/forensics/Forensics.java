package org.steadygrad.forensics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.Engine;

/**
 * Looks into the steps of a run that aren't finite. The first {@value #MOST_BUNDLES} of a run are searched for their cause
 * and, where the run has a folder, filed as replay bundles; of later ones only the origin is told.
 */
public final class Forensics {
    /** Number of steps of a run that are searched and filed. */
    public static final int MOST_BUNDLES = 3;

    private static final String PREFIX = "iteration-";
    private static final String SUFFIX = ".zip";

    private final ComputationGraph work;
    private final Optional<Path> folder;
    private final Map<String, byte[]> entries;
    private final UpdateHistory history = new UpdateHistory();
    private int searched;

    /**
     * @param work of the engine's configuration; what the engine holds is put into it
     * @param folder for bundles; empty when none are written
     * @param entries what goes into a run's model files, by name
     */
    public Forensics(ComputationGraph work, Optional<Path> folder, Map<String, byte[]> entries) {
        this.work = work;
        this.folder = folder;
        this.entries = Map.copyOf(entries);
    }

    /** The run's latest updates, to be kept up to date by the caller. */
    public UpdateHistory history() {
        return history;
    }

    /**
     * What is known of a step.
     *
     * @param verdict its cause is unknown when the step wasn't searched
     * @param words one or several sentences
     * @param bundle the file that the step was written to
     */
    public record Report(Verdict verdict, String words, Optional<Path> bundle) {}

    /**
     * Runs a step again and looks for its cause. The engine must hold what the step ran from, and still does afterwards, but
     * for the recurrent state that it carries.
     */
    public Report look(Engine engine, FailedStep step, CellSources places) {
        if (Math.max(searched, earlier(step.iteration())) >= MOST_BUNDLES) {
            Replay replay = Replay.run(engine, step);
            Verdict verdict = Investigation.withoutCause(step, replay);
            return new Report(verdict, verdict.words(), Optional.empty());
        }
        searched++;
        engine.exportTo(work);
        NamedCellSources named = new NamedCellSources(places);
        List<Growth> growth = history.growth(engine.layout());
        Verdict verdict = new Investigation(engine, work, step, growth, named).verdict();
        if (folder.isEmpty()) {
            return new Report(verdict, verdict.words(), Optional.empty());
        }
        Path file = folder.get().resolve(PREFIX + step.iteration() + SUFFIX);
        String obstacle = file(file, engine, step, new ReplayBundle.Report(verdict, growth, named.named()));
        return obstacle.isEmpty()
                ? new Report(verdict, verdict.words(), Optional.of(file))
                : new Report(verdict, verdict.words() + " " + obstacle, Optional.empty());
    }

    /** @return why the bundle wasn't written; "" when it was */
    private String file(Path file, Engine engine, FailedStep step, ReplayBundle.Report report) {
        long size = ReplayBundle.size(work, step);
        if (size > ReplayBundle.MOST_BYTES || ReplayBundle.batchSize(step) > ReplayBundle.MOST_BATCH_BYTES) {
            return "No replay bundle was written, since it would hold " + (size >> 20) + " MiB, of which "
                    + (ReplayBundle.batchSize(step) >> 20) + " MiB are batches; at most "
                    + (ReplayBundle.MOST_BYTES >> 20) + " and " + (ReplayBundle.MOST_BATCH_BYTES >> 20) + " are.";
        }
        try {
            ReplayBundle.write(file, engine, work, step, report, entries);
            return "";
        } catch (IOException e) {
            return "No replay bundle could be written: " + e.getMessage() + ".";
        }
    }

    /** Number of bundles of earlier steps, which a resumed run finds. */
    private int earlier(int iteration) {
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return 0;
        }
        try (Stream<Path> files = Files.list(folder.get())) {
            return (int) files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(PREFIX + "\\d{1,9}" + SUFFIX.replace(".", "\\.")))
                    .filter(name -> Integer.parseInt(name.substring(PREFIX.length(), name.length() - SUFFIX.length()))
                            < iteration)
                    .count();
        } catch (IOException e) {
            return 0;
        }
    }
}
