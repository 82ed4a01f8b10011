package org.steadygrad.serve;

import java.util.Optional;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.web.Access;

/**
 * How a model is served, and what clients may ask for.
 *
 * @param name the model's, in the paths
 * @param port from 1 to 65535; 0 for any that is free
 * @param host name or number of an interface; empty for the loopback interface, and else clients need a token
 * @param token what clients must know; empty for none on the loopback interface, elsewhere for one that is made
 * @param batch most examples, or steps of streams, that are computed together
 * @param waitMillis how long a request may wait for others to be computed with it, in milliseconds
 * @param queue most requests that wait; beyond it they are refused with 503
 * @param sessions most streams at a time
 * @param idleSeconds after which a stream that isn't used is forgotten
 * @param bodyBytes largest request
 */
public record ServeSettings(
        String name,
        int port,
        Optional<String> host,
        Optional<String> token,
        int batch,
        int waitMillis,
        int queue,
        int sessions,
        int idleSeconds,
        int bodyBytes) {
    private static final String WHO = "serve";

    public ServeSettings {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw InvalidInputException.of(WHO, "a name of letters, digits, '.', '_' and '-'", name, "");
        }
        Check.inClosed(port, 0, 65535, WHO, "port");
        Check.positive(batch, WHO, "batch");
        Check.nonNegative(waitMillis, WHO, "wait");
        Check.positive(queue, WHO, "queue");
        Check.positive(sessions, WHO, "sessions");
        Check.positive(idleSeconds, WHO, "idle");
        Check.positive(bodyBytes, WHO, "body");
        if (host.isPresent() && token.isEmpty()) {
            token = Optional.of(Access.newToken());
        }
    }

    /** On the loopback interface, with the usual limits. */
    public static ServeSettings of(String name, int port) {
        return new ServeSettings(name, port, Optional.empty(), Optional.empty(), 64, 2, 1024, 1000, 600, 16 << 20);
    }

    /** The same at another interface, which asks for a token. @param token empty for one that is made */
    public ServeSettings at(Optional<String> otherHost, Optional<String> otherToken) {
        return new ServeSettings(
                name, port, otherHost, otherToken, batch, waitMillis, queue, sessions, idleSeconds, bodyBytes);
    }

    /** The same with other limits. */
    public ServeSettings limits(int otherBatch, int otherWait, int otherQueue, int otherSessions) {
        return new ServeSettings(
                name, port, host, token, otherBatch, otherWait, otherQueue, otherSessions, idleSeconds, bodyBytes);
    }
}
