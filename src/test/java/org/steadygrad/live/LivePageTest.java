package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.live.LivePage.Settings;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;

@Timeout(60)
class LivePageTest {
    private static final String TOKEN = "0123456789-abcdefgh";
    private static final Settings HERE = new Settings(0, Optional.empty(), Optional.empty());

    private static final Pace QUICK = new Pace(Duration.ofMillis(20), 0, Duration.ofMillis(20));

    @TempDir
    Path folder;

    private LivePage live;

    private LivePage open(Settings settings) {
        live = LivePage.open(settings, new LivePage.Run("mine", "name: mine\nseed: 7\n", folder), QUICK);
        return live;
    }

    @AfterEach
    void close() {
        if (live != null) {
            live.close();
        }
    }

    private static HttpResponse<String> get(String url) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void step(RunListener run, int iteration) {
        run.happened(new RunEvent.Step(iteration, 0, 1.0 / iteration, 1.0 / iteration, 2, 1, true, 1, 0.001));
    }

    private static void begin(RunListener run, int startIteration) {
        run.happened(new RunEvent.Started("cpu", "two cores", 1234, 1000, startIteration));
    }

    @Test
    void pageIsTheReportsAndNothingMayBeKept() throws Exception {
        HttpResponse<String> page = get(open(HERE).url());
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("<title>mine "), "the run's name");
        assertTrue(page.body().contains("new EventSource("), "the live script");
        assertTrue(page.body().contains("sg.update"), "the report's scripts");
        assertEquals(List.of("no-store"), page.headers().allValues("Cache-Control"));
        assertEquals(List.of("nosniff"), page.headers().allValues("X-Content-Type-Options"));
        assertEquals(List.of("no-referrer"), page.headers().allValues("Referrer-Policy"));
        assertTrue(
                page.headers().firstValue("Content-Security-Policy").orElse("").contains("frame-ancestors 'none'"));
        assertFalse(page.headers().firstValue("Access-Control-Allow-Origin").isPresent());
        assertEquals(404, get(live.url() + "run.yaml").statusCode());
    }

    @Test
    void clientsSeeTheRunGrowInOrder() throws Exception {
        RunListener run = open(HERE).listener();
        try (Events early = new Events(live.url())) {
            assertEquals(0, early.atLeast(0).at("/progress/iteration").asInt());
            begin(run, 0);
            step(run, 1);
            assertEquals(1000, early.atLeast(1).at("/progress/planned").asInt());
            for (int i = 2; i <= 33; i++) {
                step(run, i);
            }
            run.happened(new RunEvent.Validated(33, 0, Map.of("accuracy", 0.75), true, Gain.UNKNOWN));
            run.happened(new RunEvent.RolledBack(33, "back to 1", 1, 0.5));
            JsonNode seen = early.until(v -> v.at("/events/rolled_back/count").asInt() == 1);
            assertEquals(33, seen.at("/steps/loss/x").size());
            assertEquals(1.0 / 17, seen.at("/steps/loss/mean/16").asDouble(), 1e-3);
            assertEquals(0.75, seen.at("/validation/accuracy/mean/0").asDouble());
            assertEquals("view", early.names.get(0));
            assertEquals(1, early.names.stream().filter("view"::equals).count(), "then changes");
            assertEquals(early.ids.stream().sorted().toList(), early.ids);
        }
    }

    @Test
    void everyClientSeesTheSameWheneverItComes() throws Exception {
        RunListener run = open(HERE).listener();
        begin(run, 0);
        step(run, 1);
        try (Events first = new Events(live.url())) {
            first.atLeast(1);
            step(run, 2);
            first.atLeast(2);
            try (Events second = new Events(live.url())) {
                step(run, 3);
                assertEquals(first.atLeast(3), second.atLeast(3));
            }
            step(run, 4);
            try (Events third = new Events(live.url())) {
                assertEquals(first.atLeast(4), third.atLeast(4));
            }
        }
    }

    @Test
    void endOfTheRunIsShownToThoseWhoAreThereAndThoseWhoCome() throws Exception {
        RunListener run = open(HERE).listener();
        begin(run, 0);
        try (Events watching = new Events(live.url())) {
            step(run, 1);
            watching.atLeast(1);
            step(run, 2);
            live.close();
            JsonNode last = watching.untilTheEnd();
            assertEquals("end", watching.names.get(watching.names.size() - 1));
            assertEquals("unfinished", last.get("state").asText(), "nobody said how the run ended");
            assertEquals(2, last.at("/progress/iteration").asInt());
        }
        assertThrows(IOException.class, () -> get(live.url()));
    }

    /** What a client doesn't read fills the system's buffers first. */
    @Test
    void clientThatDoesNotReadIsDroppedAndHoldsUpNobody() throws Exception {
        RunListener run = open(HERE).listener();
        begin(run, 0);
        InetAddress here = InetAddress.getLoopbackAddress();
        try (Socket stuck = new Socket(here, URI.create(live.url()).getPort())) {
            stuck.getOutputStream()
                    .write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<HttpResponse<String>> reading = HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(URI.create(live.url() + "events"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            await(() -> serving() == 2);
            for (int i = 1; serving() == 2; i++) {
                run.happened(new RunEvent.RolledBack(i, "x".repeat(600_000), 1, 0.5));
                step(run, i);
                Thread.sleep(30);
            }
            step(run, 1_000_000);
            live.close();
            String read = reading.get().body();
            assertTrue(read.contains("\"iteration\":[1000000]"), "the last step reached the one who reads");
            assertTrue(read.endsWith("event: end\ndata: {}\n\n"), "and the end");
            assertFalse(wholeAnswer(stuck), "the other one was cut off");
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            Thread.sleep(10);
        }
    }

    /** Number of threads that are writing to a client. */
    private static long serving() {
        return Thread.getAllStackTraces().values().stream()
                .filter(stack -> Stream.of(stack)
                        .anyMatch(frame -> frame.getClassName().equals(Client.class.getName())
                                && frame.getMethodName().equals("serve")))
                .count();
    }

    /** Whether an answer in chunks ends as it should. */
    private static boolean wholeAnswer(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        String end = "";
        byte[] some = new byte[1 << 16];
        try {
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                String both = end + new String(some, 0, n, StandardCharsets.ISO_8859_1);
                end = both.substring(Math.max(0, both.length() - 5));
            }
        } catch (SocketException e) {
            return false;
        }
        return end.equals("0\r\n\r\n");
    }

    @Test
    void moreClientsThanThereIsRoomForAreTurnedAway() throws Exception {
        open(HERE);
        List<Events> watching = new ArrayList<>();
        try {
            for (int i = 0; i < Requests.CLIENTS; i++) {
                watching.add(new Events(live.url()));
            }
            assertEquals(503, get(live.url() + "events").statusCode());
            assertEquals(200, get(live.url()).statusCode(), "the page itself");
        } finally {
            for (Events events : watching) {
                events.close();
            }
        }
    }

    @Test
    void portInUseIsNamed() {
        int port = URI.create(open(HERE).url()).getPort();
        Settings same = new Settings(port, Optional.empty(), Optional.empty());
        String message = assertThrows(
                        InvalidInputException.class, () -> LivePage.open(same, new LivePage.Run("other", "", folder)))
                .getMessage();
        assertTrue(message.contains("port " + port) && message.contains("--live 0"), message);
        assertThrows(InvalidInputException.class, () -> new Settings(65536, Optional.empty(), Optional.empty()));
        Settings elsewhere = new Settings(0, Optional.of("no such host"), Optional.of(TOKEN));
        assertThrows(InvalidInputException.class, () -> LivePage.open(elsewhere, new LivePage.Run("x", "", folder)));
    }

    @Test
    void resumedRunShowsWhatIsFiled() throws Exception {
        Files.writeString(
                folder.resolve("metrics.jsonl"),
                """
                {"iteration":1,"epoch":0,"loss":8.0,"gradientNorm":1,"clipScale":1,"applied":true,"learningRateScale":1,"seconds":1}
                {"iteration":2,"epoch":0,"loss":4.0,"gradientNorm":1,"clipScale":1,"applied":true,"learningRateScale":1,"seconds":1}
                """);
        RunListener run = open(HERE).listener();
        begin(run, 2);
        step(run, 3);
        try (Events events = new Events(live.url())) {
            JsonNode view = events.atLeast(3);
            assertEquals("[1,2,3]", view.at("/steps/loss/x").toString());
            assertEquals(8, view.at("/steps/loss/mean/0").asDouble());
            assertEquals("running", view.get("state").asText());
        }
    }

    @Test
    void resumedRunWhoseFilesAreDamagedGoesOn() throws Exception {
        Files.writeString(folder.resolve("metrics.jsonl"), "not json\n{}\n");
        RunListener run = open(HERE).listener();
        begin(run, 2);
        step(run, 3);
        try (Events events = new Events(live.url())) {
            assertEquals("[3]", events.atLeast(3).at("/steps/loss/x").toString());
        }
    }
}
