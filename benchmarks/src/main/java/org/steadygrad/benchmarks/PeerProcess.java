package org.steadygrad.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A peer in a process of its own, asked in lines of JSON; see benchmarks/gpu/peer_protocol.py. Used by one thread. */
final class PeerProcess implements AutoCloseable {
    /** Compiling a large model takes minutes. */
    private static final long LONGEST_ANSWER_MINUTES = 20;

    private static final long END_SECONDS = 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    /** @param command its standard error goes to ours */
    PeerProcess(List<String> command) {
        try {
            process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new PeerException("the peer can't be started: " + e.getMessage());
        }
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The peer couldn't do what it was asked for. */
    static final class PeerException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PeerException(String message) {
            super(message);
        }
    }

    /**
     * Asks for something and waits for the answer.
     *
     * @throws PeerException when the peer answers with an error, or doesn't answer any more
     */
    JsonNode ask(String action, Map<String, ?> details) {
        Map<String, Object> request = new LinkedHashMap<>();
        request.put("do", action);
        request.putAll(details);
        try {
            requests.write(JSON.writeValueAsString(request));
            requests.newLine();
            requests.flush();
            String line = answer(action);
            if (line == null) {
                throw new PeerException("the peer ended while it was asked to " + action + ".");
            }
            JsonNode answer = JSON.readTree(line);
            if (answer.has("error")) {
                throw new PeerException(answer.get("error").asText());
            }
            return answer;
        } catch (IOException e) {
            throw new PeerException("the peer can't be asked to " + action + ": " + e.getMessage());
        }
    }

    private String answer(String action) {
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                return answers.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            return line.get(LONGEST_ANSWER_MINUTES, TimeUnit.MINUTES);
        } catch (TimeoutException e) {
            process.destroyForcibly();
            throw new PeerException("the peer didn't " + action + " in " + LONGEST_ANSWER_MINUTES + " minutes.");
        } catch (ExecutionException e) {
            throw new PeerException("the peer's answer can't be read: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the peer", e);
        }
    }

    @Override
    public void close() {
        try {
            ask("quit", Map.of());
        } catch (PeerException e) {
            process.destroy();
        }
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
