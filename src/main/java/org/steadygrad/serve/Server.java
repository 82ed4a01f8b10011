package org.steadygrad.serve;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.predict.Predictor;
import org.steadygrad.web.Access;
import org.steadygrad.web.RequestTime;

/** Serves a model over HTTP until it is closed. */
public final class Server implements AutoCloseable {
    private static final Access.Service SERVICE = new Access.Service("serve", "The server", Set.of("GET", "POST"));
    private static final int THREADS = 64;
    private static final int CONNECTIONS = 128;
    private static final int REQUEST_SECONDS = 30;
    private static final int END_SECONDS = 5;

    private final HttpServer http;
    private final ServeSettings settings;
    private final Access access;
    private final Batcher batcher;
    private final Endpoints endpoints;
    private final ExecutorService threads = new ThreadPoolExecutor(
            THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(CONNECTIONS), Server::thread);

    private Server(HttpServer http, ServeSettings settings, Predictor predictor) {
        this.http = http;
        this.settings = settings;
        Metrics metrics = new Metrics();
        access = Access.of(SERVICE, settings.host().isEmpty(), settings.token());
        batcher = new Batcher(predictor, settings, metrics);
        endpoints = new Endpoints(predictor, settings, access, batcher, metrics);
    }

    /**
     * Starts serving.
     *
     * @param predictor isn't closed with the server
     * @throws InvalidInputException when the address or the port can't be had, or the token is too short
     */
    public static Server open(Predictor predictor, ServeSettings settings) {
        Access.of(SERVICE, settings.host().isEmpty(), settings.token());
        RequestTime.limitRequests(REQUEST_SECONDS);
        RequestTime.limitResponses(REQUEST_SECONDS);
        Server server = new Server(bind(settings), settings, predictor);
        server.http.setExecutor(server.threads);
        server.http.createContext("/", server.endpoints);
        server.batcher.start();
        server.http.start();
        return server;
    }

    private static HttpServer bind(ServeSettings settings) {
        try {
            InetAddress address = settings.host().isEmpty()
                    ? InetAddress.getLoopbackAddress()
                    : InetAddress.getByName(settings.host().get());
            return HttpServer.create(new InetSocketAddress(address, settings.port()), CONNECTIONS);
        } catch (UnknownHostException e) {
            throw InvalidInputException.of(
                    "serve", "an address of this machine", settings.host().orElse(""), "It isn't known.");
        } catch (BindException e) {
            throw new InvalidInputException(
                    "serve: expected port " + settings.port() + " to be free"
                            + settings.host().map(host -> " at " + host).orElse("") + ", got: " + e.getMessage()
                            + ". Give another port, or 0 for any that is free.",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Thread thread(Runnable task) {
        Thread created = new Thread(task, "serve-client");
        created.setDaemon(true);
        return created;
    }

    /** Where the model is, with the token where one is needed. */
    public String url() {
        String host = settings.host().orElse("localhost");
        String name = host.contains(":") ? "[" + host + "]" : host;
        return "http://" + name + ":" + http.getAddress().getPort() + "/v2/models/" + settings.name() + access.query();
    }

    /** Takes no further requests, answers those that have come, and ends. */
    @Override
    public void close() {
        endpoints.ending();
        batcher.close();
        http.stop(1);
        threads.shutdown();
        try {
            threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
