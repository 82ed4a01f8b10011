package org.steadygrad.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.steadygrad.benchmarks.TrainerSide.Setting;
import org.steadygrad.benchmarks.TrainerSide.Watch;
import org.steadygrad.spec.HealthSpec;

/**
 * What it costs to watch a run with health's defaults, and with a client of the live page, found within the runs themselves.
 *
 * @param benchmark what is trained
 * @param stretches the steps in which looks are new to the virtual machine, then those after; only the first of a quick run
 * @param pageOnThread share of the time in which the training thread tells the live page what it does
 * @param pageProcessor time of a processor that the page's own threads take, as a share of the time; where a core is idle, training
 *     doesn't wait for it
 */
record WatchedRun(BenchmarkCase benchmark, List<WatchingCost> stretches, double pageOnThread, double pageProcessor) {
    /** Java compiles what a look needs while these run. */
    private static final int WARM_UP = 200;

    /** Steps in which much of what looks run is still to be compiled. */
    private static final int START = 1000;

    /** Enough for 36 looks more and four with histograms, and for the neighbours of the last. */
    private static final int LAST = START + 2020;

    private static final int QUICK = 500;
    private static final String PAGE_THREADS = "live-page";

    /**
     * In two runs: the page's threads work when there was something to look at, and would be counted again with the looks.
     *
     * @param quick few steps
     */
    static WatchedRun measure(BenchmarkCase benchmark, HealthSpec looks, Setting setting, boolean quick) {
        Setting alone = setting.in("looks");
        List<WatchingCost> stretches = stretches(looks, alone, quick);
        Setting shown = setting.in("page");
        TrainerSide side = new TrainerSide(Watch.LIVE, looks, shown);
        try {
            side.run(WARM_UP);
            long start = System.nanoTime();
            long onThread = side.pageTime().nanos();
            long processor = ThreadTime.nanos(PAGE_THREADS);
            side.run((quick ? QUICK : LAST) - WARM_UP);
            double all = System.nanoTime() - start;
            PageClient client = side.client().orElseThrow();
            if (!client.served() || client.bytes() == 0) {
                throw new IllegalStateException("the live page showed nothing: its client read " + client.bytes()
                        + " bytes and " + (client.served() ? "waits" : "has come to a halt"));
            }
            double pageOnThread = (side.pageTime().nanos() - onThread) / all;
            double pageProcessor = (ThreadTime.nanos(PAGE_THREADS) - processor) / all;
            return new WatchedRun(benchmark, stretches, pageOnThread, pageProcessor);
        } finally {
            side.close();
        }
    }

    private static List<WatchingCost> stretches(HealthSpec looks, Setting setting, boolean quick) {
        TrainerSide side = new TrainerSide(Watch.HEALTH, looks, setting);
        try {
            List<WatchingCost> stretches = new ArrayList<>();
            side.run(quick ? QUICK : LAST);
            stretches.add(WatchingCost.of(side.times(), looks, WARM_UP + 2, quick ? QUICK : START));
            if (!quick) {
                stretches.add(WatchingCost.of(side.times(), looks, START + 1, LAST));
            }
            return stretches;
        } finally {
            side.close();
        }
    }

    /** Of the time of training, what both together take in a stretch, the page's threads counted as if no core were idle. */
    double together(WatchingCost stretch) {
        return stretch.share() + pageOnThread + pageProcessor;
    }

    /** What is printed: a line per stretch, and one for the page. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        stretches.forEach(stretch -> lines.add(String.format(
                Locale.ROOT, "case=%s health %s together=%.4f", benchmark.name(), stretch, together(stretch))));
        lines.add(String.format(
                Locale.ROOT,
                "case=%s live on_thread=%.4f processor=%.4f",
                benchmark.name(),
                pageOnThread,
                pageProcessor));
        return lines;
    }

    Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("case", benchmark.name());
        all.put("health", stretches);
        all.put("pageOnThread", pageOnThread);
        all.put("pageProcessor", pageProcessor);
        all.put("together", stretches.stream().map(this::together).toList());
        return all;
    }
}
