package org.steadygrad.cli;

import java.io.PrintWriter;
import org.steadygrad.train.StopSignal;
import sun.misc.Signal;

/** Ctrl-C and SIGTERM end a run after the current step, with a checkpoint; a second one ends the program at once. */
final class Interrupts {
    /** As shells report a program that SIGINT ended. */
    static final int EXIT_CODE = 130;

    private Interrupts() {}

    /** @param err where to say that the run is ending */
    static void stopOnSignal(StopSignal stop, PrintWriter err) {
        stopOnSignal(stop, err, "Stopping after this step, with a checkpoint.");
    }

    /** @param words what is going to happen, in a sentence */
    static void stopOnSignal(StopSignal stop, PrintWriter err, String words) {
        onSignal(() -> {
            if (stop.requested().isPresent()) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
            stop.request("interrupted");
            err.println();
            err.println(words + " Once more to stop at once.");
            err.flush();
        });
    }

    /** @param action what Ctrl-C and SIGTERM do from now on */
    static void onSignal(Runnable action) {
        for (String name : new String[] {"INT", "TERM"}) {
            Signal.handle(new Signal(name), signal -> action.run());
        }
    }
}
