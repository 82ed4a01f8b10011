package org.steadygrad.live;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.steadygrad.web.Access;

/** Answers requests: {@code /} is the page, {@code /events} its server-sent events. */
final class Requests implements HttpHandler {
    /** Number of clients that can watch at a time. */
    static final int CLIENTS = 16;

    private final Access access;
    private final byte[] page;
    private final Publisher publisher;
    private final Semaphore places = new Semaphore(CLIENTS);

    /** @param page HTML in UTF-8 */
    Requests(Access access, byte[] page, Publisher publisher) {
        this.access = access;
        this.page = page.clone();
        this.publisher = publisher;
    }

    @Override
    public void handle(HttpExchange request) throws IOException {
        try (request) {
            Optional<Access.Refusal> refusal = access.refusal(request);
            if (refusal.isPresent()) {
                refuse(request, refusal.get());
                return;
            }
            switch (request.getRequestURI().getPath()) {
                case "/" -> send(request, 200, "text/html; charset=utf-8", page);
                case "/events" -> stream(request);
                default -> refuse(request, new Access.Refusal(404, "There is only the page itself, at /."));
            }
        }
    }

    private void refuse(HttpExchange request, Access.Refusal refusal) throws IOException {
        if (refusal.status() == 405) {
            request.getResponseHeaders().set("Allow", "GET");
        } else if (refusal.status() == 401) {
            request.getResponseHeaders().set("WWW-Authenticate", "Bearer");
        }
        byte[] text = (refusal.reason() + "\n").getBytes(StandardCharsets.UTF_8);
        send(request, refusal.status(), "text/plain; charset=utf-8", text);
    }

    private static void send(HttpExchange request, int status, String type, byte[] body) throws IOException {
        headers(request, type);
        boolean headersOnly = request.getRequestMethod().equals("HEAD");
        request.sendResponseHeaders(status, headersOnly ? -1 : body.length);
        if (!headersOnly) {
            request.getResponseBody().write(body);
        }
    }

    private static void headers(HttpExchange request, String type) {
        Headers headers = request.getResponseHeaders();
        headers.set("Content-Type", type);
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Security-Policy", "frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Cross-Origin-Resource-Policy", "same-origin");
    }

    private void stream(HttpExchange request) throws IOException {
        if (!places.tryAcquire()) {
            refuse(request, new Access.Refusal(503, "Too many look at the page already."));
            return;
        }
        try {
            headers(request, "text/event-stream");
            request.sendResponseHeaders(200, 0);
            OutputStream out = request.getResponseBody();
            Client client = new Client(Thread.currentThread());
            publisher.add(client);
            client.serve(out);
        } finally {
            places.release();
        }
    }
}
