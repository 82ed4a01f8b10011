package org.steadygrad.train;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Asks a run, from any thread, to end after the current step with a checkpoint. */
public final class StopSignal {
    private final AtomicReference<String> reason = new AtomicReference<>();

    /** @param why in words, for example "interrupted"; the first reason counts */
    public void request(String why) {
        reason.compareAndSet(null, why);
    }

    /** The reason, when stopping was asked for. */
    public Optional<String> requested() {
        return Optional.ofNullable(reason.get());
    }
}
