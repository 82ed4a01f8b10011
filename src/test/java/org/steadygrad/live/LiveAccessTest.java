package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.live.LivePage.Settings;
import org.steadygrad.runlog.RunEvent;

/** Who may see the page, and what may be done with it. */
@Timeout(60)
class LiveAccessTest {
    private static final String TOKEN = "0123456789-abcdefgh";
    private static final Settings HERE = new Settings(0, Optional.empty(), Optional.empty());
    private static final Settings GUARDED = new Settings(0, Optional.of("127.0.0.1"), Optional.of(TOKEN));

    @TempDir
    Path folder;

    private LivePage live;

    private LivePage open(Settings settings) {
        live = LivePage.open(settings, new LivePage.Run("mine", "name: mine\n", folder));
        return live;
    }

    @AfterEach
    void close() {
        if (live != null) {
            live.close();
        }
    }

    private static int get(String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** The status of a request with headers that clients don't let their users choose. */
    private String status(String method, String path, String... headers) throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), URI.create(live.url()).getPort())) {
            String request = method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            return new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "localhost, 200",
        "127.0.0.1:7, 200",
        "[::1]:7007, 200",
        "evil.example, 403",
        "localhost.evil.example, 403",
        "127.0.0.1.nip.io, 403",
        "'', 403"
    })
    void pagesOfOthersCantReachIt(String host, String status) throws IOException {
        open(HERE);
        assertEquals(status, status("GET", "/", "Host: " + host));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "HEAD"})
    void onlyReadingIsPossible(String method) throws IOException {
        open(HERE);
        assertEquals("405", status(method, "/", "Host: localhost", "Content-Length: 0"));
        assertEquals("405", status(method, "/events", "Host: localhost", "Content-Length: 0"));
    }

    /** Another test of this process may have opened a server before, with a limit of 30 seconds. */
    @Test
    void clientsThatNeverFinishAskingShutNobodyOutForLong() throws Exception {
        open(GUARDED);
        int port = URI.create(live.url()).getPort();
        List<Socket> halves = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                Socket half = new Socket(InetAddress.getLoopbackAddress(), port);
                halves.add(half);
                half.getOutputStream().write("GET / HTTP/1.1\r\nHost: loc".getBytes(StandardCharsets.US_ASCII));
            }
            long end = System.nanoTime() + 45_000_000_000L;
            int status = 0;
            while (status != 200 && System.nanoTime() < end) {
                try {
                    status = get(live.url());
                } catch (IOException e) {
                    Thread.sleep(200);
                }
            }
            assertEquals(200, status);
        } finally {
            for (Socket half : halves) {
                half.close();
            }
        }
    }

    @Test
    void tokenOpensThePage() throws Exception {
        String url = open(GUARDED).url();
        assertTrue(url.endsWith("/?token=" + TOKEN), url);
        assertEquals(200, get(url));
        String bare = url.substring(0, url.indexOf('?'));
        assertEquals(200, get(bare, "Authorization", "Bearer " + TOKEN));
        for (String wrong : List.of("", "?token=", "?token=0", "?token=" + TOKEN + "0", "?tokens=" + TOKEN)) {
            assertEquals("401", status("GET", "/" + wrong, "Host: localhost"), wrong);
            assertEquals("401", status("GET", "/events" + wrong, "Host: localhost"), wrong);
        }
        assertEquals(401, get(bare, "Authorization", "Basic " + TOKEN));
        live.listener().happened(new RunEvent.Step(1, 0, 1, 1, 1, 1, true, 1, 1));
        try (Events events = new Events(url)) {
            assertEquals(1, events.atLeast(1).at("/progress/iteration").asInt());
        }
    }

    @Test
    void addressAloneGetsATokenThatNobodyGuesses() {
        Settings one = new Settings(0, Optional.of("127.0.0.1"), Optional.empty());
        Settings two = new Settings(0, Optional.of("127.0.0.1"), Optional.empty());
        assertTrue(one.token().orElseThrow().length() >= 20);
        assertNotEquals(one.token(), two.token());
        Settings guessed = new Settings(0, Optional.of("127.0.0.1"), Optional.of("secret"));
        assertThrows(InvalidInputException.class, () -> open(guessed));
    }
}
