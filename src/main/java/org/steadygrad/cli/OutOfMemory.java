package org.steadygrad.cli;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What to say when memory ran out: what was being made, of which memory, and what to change. */
final class OutOfMemory {
    private static final String ROOT = "org.steadygrad.";

    /** What the packages make, those first that are called by others. */
    private static final Map<String, String> WORK = Map.ofEntries(
            Map.entry("data", "data were read"),
            Map.entry("model", "a model was made or read"),
            Map.entry("nn", "a model was made"),
            Map.entry("engine", "the engine made or ran a step"),
            Map.entry("health", "health looked at a step"),
            Map.entry("forensics", "a step was replayed"),
            Map.entry("runlog", "a run's log was read or written"),
            Map.entry("report", "a report was made"),
            Map.entry("predict", "predictions were made"),
            Map.entry("serve", "requests were served"),
            Map.entry("diagnose", "the model was examined"),
            Map.entry("train", "the model was trained"));

    /** Java's words for its own memory. */
    private static final List<String> HEAP = List.of("Java heap space", "GC overhead", "VM limit");

    private OutOfMemory() {}

    /** @param training whether there may be checkpoints to go on from */
    static String describe(OutOfMemoryError error, boolean training) {
        String message = Objects.requireNonNullElse(error.getMessage(), "");
        return "Error: memory ran out while " + work(error) + ". "
                + memory(message, Runtime.getRuntime().maxMemory())
                + (training ? " Checkpoints that were written are whole: once there is more, --resume goes on." : "");
    }

    private static String work(OutOfMemoryError error) {
        return Stream.of(error.getStackTrace())
                .map(StackTraceElement::getClassName)
                .filter(name -> name.startsWith(ROOT))
                .map(name -> WORK.get(name.substring(ROOT.length()).split("\\.", 2)[0]))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse("the program worked");
    }

    /** @param message of the error: Java says there which memory it was, and JavaCPP how much of it was wanted */
    static String memory(String message, long heap) {
        if (HEAP.stream().noneMatch(message::contains)) {
            return "It was memory outside of Java's heap (" + message.strip().replaceAll("[.]$", "")
                    + "). Take smaller batches, shorter windows (training.truncatedBptt) or fewer units; or give it more:"
                    + " its limits are multiples of the heap's, STEADYGRAD_JAVA_OPTS=-Xmx" + twice(heap) + ".";
        }
        return "It was Java's heap (" + message + "), which may take " + Terminal.bytes(heap)
                + ". Give it more, for example STEADYGRAD_JAVA_OPTS=-Xmx" + twice(heap)
                + ", or take less data at once.";
    }

    private static String twice(long heap) {
        return Math.max(1, (2 * heap) >> 30) + "g";
    }
}
