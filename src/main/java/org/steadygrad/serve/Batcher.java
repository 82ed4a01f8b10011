package org.steadygrad.serve;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.steadygrad.predict.Prediction;
import org.steadygrad.predict.PredictionStream;
import org.steadygrad.predict.Predictor;

/**
 * Computes requests together: one thread takes what has come while it was busy, waits a moment for more, and has the predictor
 * compute it at once. What fails together is tried alone, so that no request suffers from another.
 */
final class Batcher implements AutoCloseable {
    private static final long ANSWER_SECONDS = 60;

    private final Predictor predictor;
    private final ServeSettings settings;
    private final Metrics metrics;
    private final BlockingQueue<Item> queue;
    private final Thread thread = new Thread(this::work, "serve-batches");
    private volatile boolean ending;

    /**
     * What is asked for: predictions for examples, or a step of a stream.
     *
     * @param stream null for examples
     */
    private record Item(
            List<double[][]> examples, PredictionStream stream, CompletableFuture<List<Prediction>> answer) {
        int size() {
            return examples.size();
        }
    }

    Batcher(Predictor predictor, ServeSettings settings, Metrics metrics) {
        this.predictor = predictor;
        this.settings = settings;
        this.metrics = metrics;
        queue = new ArrayBlockingQueue<>(settings.queue());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Number of requests that wait. */
    int waiting() {
        return queue.size();
    }

    /** @throws Refusal when too many requests wait, or the answer takes too long */
    List<Prediction> predict(List<double[][]> examples) {
        return await(new Item(examples, null, new CompletableFuture<>()));
    }

    /** One step of a stream. */
    Prediction step(PredictionStream stream, double[] inputs) {
        List<double[][]> step = List.of(new double[][][] {{inputs}});
        return await(new Item(step, stream, new CompletableFuture<>())).get(0);
    }

    private List<Prediction> await(Item item) {
        if (ending || !queue.offer(item)) {
            throw new Refusal(503, ending ? "The server is ending." : "Too many requests wait. Try again later.");
        }
        try {
            return item.answer().get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            item.answer().cancel(false);
            throw new Refusal(503, "The answer took more than " + ANSWER_SECONDS + " seconds.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "The server is ending.");
        }
    }

    private void work() {
        try {
            while (!ending || !queue.isEmpty()) {
                Item first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    compute(gather(first));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Item> gather(Item first) throws InterruptedException {
        List<Item> items = new ArrayList<>(List.of(first));
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.waitMillis());
        int size = first.size();
        while (size < settings.batch()) {
            Item next = queue.poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (next == null) {
                break;
            }
            items.add(next);
            size += next.size();
        }
        items.removeIf(item -> item.answer().isCancelled());
        return items;
    }

    private void compute(List<Item> items) {
        predictTogether(of(items, item -> item.stream() == null));
        List<Item> steps = of(items, item -> item.stream() != null);
        while (!steps.isEmpty()) {
            // a stream goes one step at a time
            Set<PredictionStream> taken = new HashSet<>();
            List<Item> now = of(steps, item -> taken.add(item.stream()));
            stepTogether(now);
            steps = of(steps, item -> !now.contains(item));
        }
    }

    private static List<Item> of(List<Item> items, Predicate<Item> which) {
        List<Item> chosen = new ArrayList<>();
        for (Item item : items) {
            if (which.test(item)) {
                chosen.add(item);
            }
        }
        return chosen;
    }

    private void predictTogether(List<Item> items) {
        if (items.isEmpty()) {
            return;
        }
        List<double[][]> all = new ArrayList<>();
        items.forEach(item -> all.addAll(item.examples()));
        try {
            List<Prediction> predictions = predictor.predictAll(all);
            metrics.batch(all.size());
            int from = 0;
            for (Item item : items) {
                item.answer().complete(predictions.subList(from, from + item.size()));
                from += item.size();
            }
        } catch (RuntimeException | Error e) {
            if (items.size() == 1) {
                items.get(0).answer().completeExceptionally(e);
            } else {
                items.forEach(item -> predictTogether(List.of(item)));
            }
        }
    }

    private void stepTogether(List<Item> items) {
        List<PredictionStream> streams = items.stream().map(Item::stream).toList();
        List<double[]> inputs =
                items.stream().map(item -> item.examples().get(0)[0]).toList();
        try {
            List<Prediction> predictions = predictor.stepAll(streams, inputs);
            metrics.batch(items.size());
            for (int i = 0; i < items.size(); i++) {
                items.get(i).answer().complete(List.of(predictions.get(i)));
            }
        } catch (RuntimeException | Error e) {
            if (items.size() == 1) {
                items.get(0).answer().completeExceptionally(e);
            } else {
                items.forEach(item -> stepTogether(List.of(item)));
            }
        }
    }

    /** Answers what waits, and ends. */
    @Override
    public void close() {
        ending = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
