package org.steadygrad.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.report.RunView;

/**
 * Keeps the view of a run up to date and tells the clients what changes: first {@code view} with all of it, then {@code change} (see
 * {@link JsonChanges}) now and then, at the end {@code end}. Everything happens on one thread, which takes its
 * time for large views, and makes nothing when nobody looks.
 */
final class Publisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final long SWEEP_MILLIS = 100;
    private static final long END_SECONDS = 3;

    private final Feed feed;
    private final Pace pace;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "live-page");
        created.setDaemon(true);
        return created;
    });
    private final List<Client> clients = new ArrayList<>();
    private Future<?> sweeping = CompletableFuture.completedFuture(null);
    private JsonNode told = JsonNodeFactory.instance.nullNode();
    private long version;
    private long messages;
    private long nextMessage = System.nanoTime();
    /** Time of a core that this thread had taken when the message before was sent. */
    private long busyBefore;

    private boolean news;
    private boolean over;

    Publisher(Feed feed, Pace pace) {
        this.feed = feed;
        this.pace = pace;
    }

    void start() {
        sweeping = thread.scheduleWithFixedDelay(this::sweep, 0, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Rows wait for the next message, so that they are put into the view many at once, unless they may soon find no room. */
    private void sweep() {
        try {
            boolean due = System.nanoTime() >= nextMessage;
            if (due || feed.fills()) {
                news |= feed.sweep();
            }
            if (due && news) {
                publish();
            }
        } catch (RuntimeException e) {
            LOG.warn("the live page has come to a halt; the run goes on", e);
            endClients();
            throw e;
        }
    }

    /** Tells the clients of what has changed. */
    private void publish() {
        clients.removeIf(Client::gone);
        long rest = pace.restNanos(messages, 0);
        if (!clients.isEmpty()) {
            news = false;
            JsonNode now = json();
            JsonChanges.between(told, now).ifPresent(this::tellAll);
            told = now;
            rest = pace.restNanos(messages++, THREADS.getCurrentThreadCpuTime() - busyBefore);
        }
        busyBefore = THREADS.getCurrentThreadCpuTime();
        nextMessage = System.nanoTime() + rest;
    }

    private void tellAll(JsonNode change) {
        version++;
        byte[] message = message("change", change);
        clients.forEach(client -> client.tell(message));
    }

    private JsonNode json() {
        ObjectNode json = feed.view().json();
        return json.put("lost", feed.lost());
    }

    private byte[] message(String event, JsonNode data) {
        return ("id: " + version + "\nevent: " + event + "\ndata: " + data + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** Sends a client everything, and from then on what changes. */
    void add(Client client) {
        onThread(() -> {
            clients.removeIf(Client::gone);
            if (clients.isEmpty()) {
                feed.sweep();
                told = json();
            }
            client.tell(message("view", told));
            clients.add(client);
            if (over) {
                endClients();
            }
        });
    }

    private void sayEnd(Client client) {
        client.tell(message("end", JsonNodeFactory.instance.objectNode()));
        client.finish();
    }

    private void endClients() {
        over = true;
        clients.forEach(this::sayEnd);
        clients.clear();
    }

    /** Shows the run's last state, and lets the clients go; only the first call counts. @param end what is known of it */
    void end(Consumer<RunView> end) {
        onThread(() -> {
            if (over) {
                return;
            }
            feed.sweep();
            end.accept(feed.view());
            publish();
            endClients();
        });
    }

    private void onThread(Runnable task) {
        try {
            thread.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("too late for the live page", e);
        }
    }

    /** Waits a little until what is under way is done. */
    @Override
    public void close() {
        sweeping.cancel(false);
        thread.shutdown();
        try {
            if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
