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
 * @param stretches the steps in which looks are frequent and new to the virtual machine, those in which they are new, and those after; only
 *     the first two of a quick run
 * @param whole all of them
 * @param page what the page takes of all of them
 */
record WatchedRun(BenchmarkCase benchmark, List<WatchingCost> stretches, WatchingCost whole, Page page) {
    /**
     * What the live page takes, as shares of the time.
     *
     * @param onThread in which the training thread tells the page what it does
     * @param processor time of a processor that the page's own threads take; where a core is idle, training doesn't wait for it
     */
    record Page(double onThread, double processor) {
        double together() {
            return onThread + processor;
        }
    }

    /** What the first step takes can't be told apart from what starting takes. */
    private static final int FIRST = 2;

    /** Steps in which looks are as frequent as the run file says; Java compiles what steps need. */
    private static final int EARLY = 201;

    /** Steps in which much of what looks run is still to be compiled. */
    private static final int START = 1000;

    /** Enough for 36 looks more and four with histograms. */
    private static final int LAST = START + 2020;

    private static final int QUICK = 500;
    private static final String PAGE_THREADS = "live-page";

    /**
     * In two runs: the page's threads work when there was something to look at, and would be counted again with the looks.
     *
     * @param quick few steps
     */
    static WatchedRun measure(BenchmarkCase benchmark, HealthSpec looks, Setting setting, boolean quick) {
        int last = quick ? QUICK : LAST;
        StepTimes times = times(looks, setting.in("looks"), last);
        double pause = WatchingCost.pauseMillis(times, looks, Math.min(START, last / 2) + 1, last);
        List<WatchingCost> stretches = new ArrayList<>(List.of(
                WatchingCost.of(times, looks, FIRST, EARLY, pause),
                WatchingCost.of(times, looks, EARLY + 1, Math.min(START, last), pause)));
        if (last > START) {
            stretches.add(WatchingCost.of(times, looks, START + 1, last, pause));
        }
        WatchingCost whole = WatchingCost.of(times, looks, FIRST, last, pause);
        return new WatchedRun(benchmark, stretches, whole, page(looks, setting.in("page"), last));
    }

    private static Page page(HealthSpec looks, Setting setting, int last) {
        TrainerSide side = new TrainerSide(Watch.LIVE, looks, setting);
        try {
            side.run(FIRST - 1);
            long start = System.nanoTime();
            long onThread = side.pageTime().nanos();
            long processor = ThreadTime.nanos(PAGE_THREADS);
            side.run(last - FIRST + 1);
            double all = System.nanoTime() - start;
            PageClient client = side.client().orElseThrow();
            if (!client.served() || client.bytes() == 0) {
                throw new IllegalStateException("the live page showed nothing: its client read " + client.bytes()
                        + " bytes and " + (client.served() ? "waits" : "has come to a halt"));
            }
            return new Page(
                    (side.pageTime().nanos() - onThread) / all, (ThreadTime.nanos(PAGE_THREADS) - processor) / all);
        } finally {
            side.close();
        }
    }

    /** Of one step more than asked for, in which the last look is written down. */
    private static StepTimes times(HealthSpec looks, Setting setting, int last) {
        TrainerSide side = new TrainerSide(Watch.HEALTH, looks, setting);
        try {
            side.run(last + 1);
            return side.times();
        } finally {
            side.close();
        }
    }

    /** Of the whole run's time, what both took together, the page's threads counted as if no core were idle. */
    double together() {
        return whole.taken() + page.together();
    }

    /** What is printed: a line per stretch, one for the page and one for all. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        stretches.forEach(stretch -> lines.add("case=" + benchmark.name() + " health " + stretch));
        lines.add(String.format(
                Locale.ROOT,
                "case=%s live on_thread=%.4f processor=%.4f",
                benchmark.name(),
                page.onThread(),
                page.processor()));
        lines.add(String.format(Locale.ROOT, "case=%s watched %s together=%.4f", benchmark.name(), whole, together()));
        return lines;
    }

    Map<String, Object> json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("case", benchmark.name());
        all.put("health", stretches);
        all.put("whole", whole);
        all.put("page", page);
        all.put("together", together());
        return all;
    }
}
