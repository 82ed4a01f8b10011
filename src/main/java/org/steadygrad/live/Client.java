package org.steadygrad.live;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Somebody who looks at the page. Messages wait in a short queue; a client that doesn't take them in is dropped. */
final class Client {
    private static final int QUEUE = 8;
    private static final long KEEP_ALIVE_SECONDS = 15;
    private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = {};

    private final BlockingQueue<byte[]> messages = new ArrayBlockingQueue<>(QUEUE);
    private final Thread writer;
    private boolean gone;

    /** @param writer the thread that will {@link #serve} it */
    Client(Thread writer) {
        this.writer = writer;
    }

    /** @param message a server-sent event; when it doesn't fit, the client doesn't keep up and is dropped */
    void tell(byte[] message) {
        if (!messages.offer(message)) {
            drop();
        }
    }

    /** Lets the client go once it has what waits. */
    void finish() {
        tell(END);
    }

    /** Whether it needs nothing any more. */
    synchronized boolean gone() {
        return gone;
    }

    /** A thread that is stuck writing gets out only by an interrupt, which closes the connection. */
    private synchronized void drop() {
        if (!gone) {
            gone = true;
            writer.interrupt();
        }
    }

    /** Writes what comes until the client is finished or dropped. @throws IOException when it has gone */
    void serve(OutputStream out) throws IOException {
        try {
            for (byte[] message = next(); message != END; message = next()) {
                out.write(message);
                out.flush();
            }
        } catch (InterruptedException e) {
            throw new IOException("dropped, since it doesn't keep up", e);
        } finally {
            end();
        }
    }

    private byte[] next() throws InterruptedException {
        byte[] message = messages.poll(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
        return message == null ? KEEP_ALIVE : message;
    }

    private synchronized void end() {
        gone = true;
    }
}
