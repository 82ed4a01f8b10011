package org.steadygrad.live;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.report.ReportPage;
import org.steadygrad.report.RunReader;
import org.steadygrad.report.RunView;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.web.Access;
import org.steadygrad.web.RequestTime;

/**
 * Serves a page with the charts of a run while it goes on. {@code /} is the page, {@code /events} the server-sent events that it is
 * fed with; nothing else is there, and only GET is. A run is never held up by it: {@link #listener} only puts events into a queue.
 */
public final class LivePage implements AutoCloseable {
    /** The port of a page that is asked for without one. */
    public static final int DEFAULT_PORT = 7007;

    private static final Logger LOG = LoggerFactory.getLogger(LivePage.class);
    /** Beside those who watch, some who ask for the page. */
    private static final int THREADS = Requests.CLIENTS + 8;

    /** For what a client asks in one packet. */
    private static final int REQUEST_SECONDS = 5;

    private static final long IDLE_SECONDS = 30;
    private static final long END_SECONDS = 2;

    private static final Access.Service SERVICE = new Access.Service("live page", "The page", Set.of("GET"));

    private final HttpServer server;
    private final ExecutorService threads = new ThreadPoolExecutor(
            0, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), LivePage::thread);
    private final Settings settings;
    private final Access access;
    private final Feed feed;
    private final Publisher publisher;

    /**
     * What is served, and to whom.
     *
     * @param port from 1 to 65535; 0 for any that is free
     * @param address name or number of an interface; empty for the loopback interface, and else clients need a token
     * @param token what clients must know; empty for none on the loopback interface, elsewhere for one that is made
     */
    public record Settings(int port, Optional<String> address, Optional<String> token) {
        public Settings {
            if (port < 0 || port > 65535) {
                throw InvalidInputException.of(
                        "live page", "a port from 0 to 65535", port, "0 takes any that is free.");
            }
            if (address.isPresent() && token.isEmpty()) {
                token = Optional.of(Access.newToken());
            }
        }
    }

    /**
     * The run that is shown.
     *
     * @param runFile its text
     * @param folder where it is filed
     */
    public record Run(String name, String runFile, Path folder) {}

    private LivePage(HttpServer server, Settings settings, Run run, Pace pace) {
        this.server = server;
        this.settings = settings;
        access = Access.of(SERVICE, settings.address().isEmpty(), settings.token());
        RunView view = new RunView(run.name());
        view.configured(run.runFile(), "run file");
        feed = new Feed(view, none -> earlier(run, none));
        publisher = new Publisher(feed, pace);
    }

    /**
     * Starts serving.
     *
     * @throws InvalidInputException when the address or the port can't be had, or the token is too short
     */
    public static LivePage open(Settings settings, Run run) {
        return open(settings, run, Pace.USUAL);
    }

    /** @param pace of the changes */
    static LivePage open(Settings settings, Run run, Pace pace) {
        Access.of(SERVICE, settings.address().isEmpty(), settings.token());
        RequestTime.limitRequests(REQUEST_SECONDS);
        HttpServer server = bind(settings);
        LivePage live = new LivePage(server, settings, run, pace);
        server.setExecutor(live.threads);
        server.createContext("/", new Requests(live.access, page(run), live.publisher));
        server.start();
        live.publisher.start();
        return live;
    }

    private static HttpServer bind(Settings settings) {
        try {
            InetAddress address = settings.address().isEmpty()
                    ? InetAddress.getLoopbackAddress()
                    : InetAddress.getByName(settings.address().get());
            return HttpServer.create(new InetSocketAddress(address, settings.port()), Requests.CLIENTS);
        } catch (UnknownHostException e) {
            throw InvalidInputException.of(
                    "live page",
                    "an address of this machine",
                    settings.address().get(),
                    "It isn't known.");
        } catch (BindException e) {
            throw new InvalidInputException(
                    "live page: expected port " + settings.port() + " to be free"
                            + settings.address().map(host -> " at " + host).orElse("") + ", got: " + e.getMessage()
                            + ". Give another port, or 0 for any that is free, for example --live 0.",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread thread(Runnable task) {
        Thread created = new Thread(task, "live-page-client");
        created.setDaemon(true);
        return created;
    }

    private static byte[] page(Run run) {
        try (InputStream in = LivePage.class.getResourceAsStream("live.js")) {
            String script = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return ReportPage.html(run.name(), "null", script).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The view of a resumed run's files; without them, the page begins where the run goes on. */
    private static RunView earlier(Run run, RunView none) {
        try {
            return RunReader.read(run.folder());
        } catch (InvalidInputException e) {
            LOG.warn("the live page shows nothing from before the run was resumed: {}", e.getMessage());
            return none;
        }
    }

    /** Where the page is, with the token where one is needed. */
    public String url() {
        InetAddress bound = server.getAddress().getAddress();
        String host =
                settings.address().isEmpty() ? "localhost" : settings.address().get();
        if (bound.isAnyLocalAddress()) {
            try {
                host = InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException e) {
                host = "localhost";
            }
        }
        String name = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + name + ":" + server.getAddress().getPort() + "/" + access.query();
    }

    /** Takes in what happens in the run. */
    public RunListener listener() {
        return event -> {
            if (event instanceof RunEvent.Finished) {
                publisher.end(view -> view.happened(event));
            } else {
                feed.happened(event);
            }
        };
    }

    /** Ends the page, telling those who look first; a run that told of no result is shown as unfinished. */
    @Override
    public void close() {
        publisher.end(RunView::unfinished);
        publisher.close();
        threads.shutdown();
        try {
            threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        server.stop(0);
        threads.shutdownNow();
    }
}
