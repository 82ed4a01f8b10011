package org.steadygrad.live;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A client that watches the page's events and lets the page's own script make a view of them. */
final class Events implements AutoCloseable {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final List<String> names = new ArrayList<>();
    final List<Long> ids = new ArrayList<>();
    private final BufferedReader reader;
    private final PageScript page;
    private JsonNode view;

    Events(String url) throws IOException, InterruptedException {
        var response = HTTP.send(
                HttpRequest.newBuilder(URI.create(url.replace("/?", "/events?").replaceFirst("/$", "/events")))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new IOException("status " + response.statusCode());
        }
        reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
        page = new PageScript();
    }

    /** Reads on until the view is as wanted. */
    JsonNode until(Predicate<JsonNode> wanted) throws IOException {
        while (view == null || !wanted.test(view)) {
            if (!next()) {
                throw new IOException("the events ended with " + view);
            }
        }
        return view;
    }

    JsonNode atLeast(int iteration) throws IOException {
        return until(v -> v.at("/progress/iteration").asInt() >= iteration);
    }

    /** Reads until the server says no more. */
    JsonNode untilTheEnd() throws IOException {
        while (next()) {
            // all there is
        }
        return view;
    }

    private boolean next() throws IOException {
        String name = "";
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            if (line.startsWith("id: ")) {
                ids.add(Long.parseLong(line.substring(4)));
            } else if (line.startsWith("event: ")) {
                name = line.substring(7);
                names.add(name);
            } else if (line.startsWith("data: ")) {
                view = page.told(name, new ObjectMapper().readTree(line.substring(6)));
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() throws IOException {
        page.close();
        reader.close();
    }
}
