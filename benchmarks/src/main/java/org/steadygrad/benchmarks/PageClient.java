package org.steadygrad.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import org.steadygrad.live.LivePage;

/** Somebody who looks at a live page: reads its events and throws them away. Without a client nothing is made for the page. */
final class PageClient {
    private static final int BUFFER = 1 << 16;

    private final Thread thread;
    private volatile long bytes;

    PageClient(LivePage page) {
        thread = new Thread(() -> read(page.url() + "events"), "benchmark-client");
        thread.setDaemon(true);
        thread.start();
    }

    private void read(String url) {
        byte[] buffer = new byte[BUFFER];
        try (InputStream events = URI.create(url).toURL().openStream()) {
            for (int count = events.read(buffer); count >= 0; count = events.read(buffer)) {
                bytes += count;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Number of bytes that came so far. */
    long bytes() {
        return bytes;
    }

    /** Whether it is still served. */
    boolean served() {
        return thread.isAlive();
    }
}
