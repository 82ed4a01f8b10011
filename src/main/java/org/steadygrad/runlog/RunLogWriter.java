package org.steadygrad.runlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.steadygrad.check.Cases;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.model.AtomicFile;

/**
 * Files what happens in a run: training's events as rows of {@code metrics.jsonl}, health's as rows of {@code health.jsonl}, the result as
 * {@code run.json}; {@link RunLogReader} reads them back. Rows reach the files within about a second, and all of them with {@link #flush}.
 * Of steps and looks long past only what they come to is kept, so that files have a bounded length whatever the run's is.
 */
public final class RunLogWriter implements RunListener, AutoCloseable {
    private static final long FLUSH_NANOS = 1_000_000_000L;

    /** Bytes of a log that is long. */
    private static final long MOST_BYTES = 1L << 25;

    private final Optional<Training> training;
    private final JsonLinesWriter health;
    private final Cases<RunEvent, Void> filing;
    private final long mostBytes;
    private long lastFlush = System.nanoTime();
    private int lastCheckpoint;

    /** What there is beside health's file. @param compared whether what guessing gives is on file */
    private record Training(TrainingRows rows, JsonLinesWriter metrics, Path result, boolean compared) {}

    private RunLogWriter(Optional<Training> training, JsonLinesWriter health, int lastCheckpoint, long mostBytes) {
        this.training = training;
        this.health = health;
        this.lastCheckpoint = lastCheckpoint;
        this.mostBytes = mostBytes;
        filing = Cases.<RunEvent, Void>of(RunEvent.class)
                .ignore(RunEvent.Announcement.class)
                .run(RunEvent.TrainingEvent.class, this::file)
                .run(RunEvent.HealthEvent.class, event -> health.append(text(event)))
                .run(RunEvent.Finished.class, this::file)
                .complete();
    }

    /**
     * Opens the files of a run's folder. Rows of steps after those that were done, which an earlier part of the run wrote after its last
     * checkpoint, are removed.
     *
     * @param iteration number of steps done before; 0 for a run that begins
     * @param patience for how many seconds it may be impossible to write rows, which are kept, before that is an error
     * @throws IOException when the files can't be written
     */
    public static RunLogWriter in(RunFolder folder, int iteration, double patience) throws IOException {
        return in(folder, iteration, patience, MOST_BYTES);
    }

    static RunLogWriter in(RunFolder folder, int iteration, double patience, long mostBytes) throws IOException {
        new JsonLines(folder.metrics(), "a row").truncateAfter(iteration);
        new JsonLines(folder.health(), "a row").truncateAfter(iteration);
        boolean compared = compared(folder.metrics());
        JsonLinesWriter metrics = new JsonLinesWriter(folder.metrics(), patience);
        Training training = new Training(new TrainingRows(folder.root()), metrics, folder.runJson(), compared);
        return new RunLogWriter(
                Optional.of(training), new JsonLinesWriter(folder.health(), patience), iteration, mostBytes);
    }

    private static boolean compared(Path metrics) {
        AtomicBoolean found = new AtomicBoolean();
        if (Files.exists(metrics)) {
            new JsonLines(metrics, "a row").read((row, line) -> found.compareAndSet(false, row.has("baselines")));
        }
        return found.get();
    }

    /**
     * Appends health's events to a file, which is made if it isn't there; others are left out.
     *
     * @throws InvalidInputException when it can't be written
     */
    public static RunLogWriter ofHealth(Path file) {
        try {
            return new RunLogWriter(Optional.empty(), new JsonLinesWriter(file, 0), 0, MOST_BYTES);
        } catch (IOException e) {
            throw InvalidInputException.of(
                    "health log",
                    "a file that can be written",
                    file.toString(),
                    "Check the folder and its rights: " + e);
        }
    }

    @Override
    public void happened(RunEvent event) {
        filing.of(event);
    }

    private void file(RunEvent.TrainingEvent event) {
        // a run that goes on is told again what it has on file
        if (event instanceof RunEvent.Compared
                && training.map(Training::compared).orElse(false)) {
            return;
        }
        training.ifPresent(to -> to.metrics().append(text(to.rows().row(event))));
        if (event instanceof RunEvent.CheckpointWritten checkpoint) {
            lastCheckpoint = checkpoint.iteration();
            thin();
        }
        if (System.nanoTime() - lastFlush > FLUSH_NANOS) {
            flush();
        }
    }

    private void file(RunEvent.Finished finished) {
        flush();
        training.ifPresent(to -> {
            try {
                AtomicFile.write(to.result(), out -> out.write(RunJson.RESULT.writeValueAsBytes(finished.result())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** After a checkpoint, so that files aren't thinned to no purpose: what comes after it stays. */
    private void thin() {
        flush();
        training.ifPresent(to -> to.metrics().thinWhenLong(mostBytes, LogThinning::steps));
        health.thinWhenLong(mostBytes, file -> LogThinning.looks(file, lastCheckpoint));
    }

    private static String text(Object row) {
        try {
            return RunJson.ROWS.writeValueAsString(row);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an event that can't be written as JSON", e);
        }
    }

    /** Hands all rows to the operating system. */
    public void flush() {
        training.ifPresent(to -> to.metrics().flush());
        health.flush();
        lastFlush = System.nanoTime();
    }

    @Override
    public void close() {
        try {
            training.ifPresent(to -> to.metrics().close());
        } finally {
            health.close();
        }
    }
}
