package org.steadygrad.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.steadygrad.train.StopSignal;
import sun.misc.Signal;

/**
 * Ctrl-C, SIGTERM and the end of the terminal (SIGHUP) end a run after the current step, with a checkpoint; a second one ends the
 * program at once. What was to be ignored from the start, as nohup has it, Java leaves so.
 */
final class Interrupts {
    /** As shells report a program that SIGINT ended. */
    static final int EXIT_CODE = 130;

    static final String AFTER_STEP = "Stopping after this step, with a checkpoint.";

    private static final String[] SIGNALS = {"INT", "TERM", "HUP"};

    private Interrupts() {}

    /** @param err where to say that the run is ending */
    static void stopOnSignal(StopSignal stop, PrintWriter err) {
        stopOnSignal(stop, err, AFTER_STEP);
    }

    /** @param words what is going to happen, in a sentence */
    static void stopOnSignal(StopSignal stop, PrintWriter err, String words) {
        stopOnSignal(stop, err, words, () -> false);
    }

    /**
     * @param words what is going to happen, in a sentence
     * @param over ends the program's work at once if there is nothing yet that could be lost, and tells whether it did
     */
    static void stopOnSignal(StopSignal stop, PrintWriter err, String words, BooleanSupplier over) {
        onSignal(() -> {
            if (stop.requested().isPresent()) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            stop.request("interrupted");
            err.println();
            if (over.getAsBoolean()) {
                err.println("Stopped before the first step.");
                err.flush();
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            err.println(words + " Once more to stop at once.");
            err.flush();
        });
    }

    /** How a run is continued that was interrupted. */
    static void sayHowToGoOn(PrintWriter err, Path folder) {
        err.println("Go on with: steadygrad train --resume --out " + FindingText.argument(folder.toString()));
        err.flush();
    }

    /** @param action what the signals do from now on */
    static void onSignal(Runnable action) {
        for (String name : SIGNALS) {
            try {
                Signal.handle(new Signal(name), signal -> action.run());
            } catch (IllegalArgumentException ignored) {
                // Windows has no SIGHUP, and the JVM may have been told to keep a signal to itself
            }
        }
    }
}
