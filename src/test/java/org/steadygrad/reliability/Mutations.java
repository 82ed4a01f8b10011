package org.steadygrad.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.EngineException;

/** Gives a reader many damaged files: each is to be read or refused in words, and neither may take long. */
final class Mutations {
    private static final long SLOW_NANOS = 20_000_000_000L;

    /** What is for programmers, in a message for users. */
    private static final Pattern NO_WORDS =
            Pattern.compile("[a-z]Exception\\b|\\bjava\\.|\\bat org\\.|\\[[BCDFIJ]@|[\\x00-\\x08\\x0b-\\x1f]");

    private static final int SHORTEST = 20;

    /**
     * What came of it.
     *
     * @param files how many were tried
     * @param read how many of them were read
     * @param refused how many were refused in words
     * @param faults all others
     */
    record Tally(String name, int files, int read, int refused, List<Fault> faults) {}

    /** @param kept where the file is, to be tried again */
    record Fault(String what, Path kept) {}

    private Mutations() {}

    /**
     * @param kept for files that a reader failed with
     * @param count number of damaged files
     */
    static Tally run(Subject subject, Path kept, int count, long seed) throws IOException {
        Mutator mutator = new Mutator(seed);
        SplittableRandom choice = new SplittableRandom(~seed);
        Path file = subject.file();
        int read = 0;
        List<Fault> faults = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] original =
                    subject.originals().get(choice.nextInt(subject.originals().size()));
            byte[] damaged = mutator.damaged(original);
            Files.write(file, damaged);
            long start = System.nanoTime();
            Optional<String> outcome = outcome(subject, file);
            boolean slow = System.nanoTime() - start > SLOW_NANOS;
            if (slow || outcome.filter(what -> !what.isEmpty()).isPresent()) {
                Path copy = kept.resolve("fault-" + faults.size() + "-" + file.getFileName());
                Files.write(copy, damaged);
                faults.add(new Fault((slow ? "slow: " : "") + outcome.orElse("read"), copy));
            }
            read += outcome.isEmpty() ? 1 : 0;
        }
        Files.write(file, subject.originals().get(0));
        return new Tally(subject.name(), count, read, count - read - faults.size(), faults);
    }

    /** @return empty if the file was read, "" if it was refused in words, else what happened */
    private static Optional<String> outcome(Subject subject, Path file) {
        try {
            subject.reader().read(file);
            return Optional.empty();
        } catch (InvalidInputException | EngineException e) {
            String message = String.valueOf(e.getMessage());
            boolean words =
                    message.length() >= SHORTEST && !NO_WORDS.matcher(message).find();
            return Optional.of(words ? "" : "no words: " + message);
        } catch (IOException | RuntimeException | Error e) {
            StackTraceElement[] trace = e.getStackTrace();
            return Optional.of(e + (trace.length == 0 ? "" : " at " + trace[0]));
        }
    }
}
