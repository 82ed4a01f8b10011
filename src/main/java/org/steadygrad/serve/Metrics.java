package org.steadygrad.serve;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what is served, in Prometheus' text format. */
final class Metrics {
    /** Upper bounds of buckets in seconds. */
    private static final double[] BOUNDS = {0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5};

    private final Map<Integer, Long> requests = new TreeMap<>();
    private final long[] buckets = new long[BOUNDS.length + 1];
    private double seconds;
    private long predictions;
    private long batches;

    /** A request for predictions was answered. */
    synchronized void request(int status, double took) {
        requests.merge(status, 1L, Long::sum);
        seconds += took;
        int bucket = 0;
        while (bucket < BOUNDS.length && took > BOUNDS[bucket]) {
            bucket++;
        }
        buckets[bucket]++;
    }

    /** So many examples or steps were computed together. */
    synchronized void batch(int size) {
        batches++;
        predictions += size;
    }

    synchronized String text(int waiting, int sessions) {
        StringBuilder text = new StringBuilder();
        head(text, "requests_total", "counter", "Requests for predictions, by status of HTTP.");
        requests.forEach(
                (status, count) -> text.append("steadygrad_requests_total{code=\"" + status + "\"} " + count + "\n"));
        head(text, "request_seconds", "histogram", "Time to answer a request for predictions.");
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i];
            String bound = i < BOUNDS.length ? Double.toString(BOUNDS[i]) : "+Inf";
            text.append("steadygrad_request_seconds_bucket{le=\"" + bound + "\"} " + sum + "\n");
        }
        text.append(String.format(Locale.ROOT, "steadygrad_request_seconds_sum %.6f%n", seconds));
        text.append("steadygrad_request_seconds_count " + sum + "\n");
        single(text, "predictions_total", "counter", "Examples and steps that were computed.", predictions);
        single(text, "batches_total", "counter", "Times that some were computed together.", batches);
        single(text, "waiting", "gauge", "Requests that wait.", waiting);
        single(text, "sequences", "gauge", "Sequences that go on step by step.", sessions);
        return text.toString();
    }

    private static void single(StringBuilder text, String name, String type, String help, long value) {
        head(text, name, type, help);
        text.append("steadygrad_" + name + " " + value + "\n");
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP steadygrad_" + name + " " + help + "\n# TYPE steadygrad_" + name + " " + type + "\n");
    }
}
