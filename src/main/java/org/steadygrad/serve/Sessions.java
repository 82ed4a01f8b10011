package org.steadygrad.serve;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.steadygrad.predict.PredictionStream;
import org.steadygrad.predict.Predictor;

/** Streams by the names that clients give them. Those that aren't used are forgotten after a while. */
final class Sessions {
    private final Predictor predictor;
    private final ServeSettings settings;
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

    /** A stream, and the lock of requests that are for it. */
    static final class Session {
        private final PredictionStream stream;
        private long used = System.nanoTime();

        private Session(PredictionStream stream) {
            this.stream = stream;
        }

        PredictionStream stream() {
            return stream;
        }
    }

    Sessions(Predictor predictor, ServeSettings settings) {
        this.predictor = predictor;
        this.settings = settings;
    }

    synchronized int count() {
        forgetIdle();
        return sessions.size();
    }

    /**
     * A stream by its name.
     *
     * @param begins whether it begins anew
     * @throws Refusal when there is none, or there are too many
     */
    synchronized Session of(String name, boolean begins) {
        forgetIdle();
        Session known = sessions.get(name);
        if (begins) {
            if (known == null && sessions.size() >= settings.sessions()) {
                throw new Refusal(
                        503, "There are " + settings.sessions() + " sequences already. End some with sequence_end.");
            }
            known = new Session(predictor.stream());
            sessions.put(name, known);
        } else if (known == null) {
            throw new Refusal(
                    404,
                    "There is no sequence \"" + name + "\", or it wasn't used for " + settings.idleSeconds()
                            + " seconds. Begin it with \"sequence_start\": true.");
        }
        known.used = System.nanoTime();
        return known;
    }

    synchronized void end(String name) {
        sessions.remove(name);
    }

    private void forgetIdle() {
        long idle = TimeUnit.SECONDS.toNanos(settings.idleSeconds());
        long now = System.nanoTime();
        Iterator<Session> oldestFirst = sessions.values().iterator();
        while (oldestFirst.hasNext() && now - oldestFirst.next().used > idle) {
            oldestFirst.remove();
        }
    }
}
