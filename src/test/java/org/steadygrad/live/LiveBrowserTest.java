package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.report.Browser;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.RunResult;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** The page of a run that goes on, in a browser. */
@Timeout(240)
class LiveBrowserTest {
    private static final String YAML =
            """
            name: spirals-live
            data: {kind: spirals, classes: 3, examples: 900}
            model:
              layers:
                - stack: {depth: 6, units: 17, activation: sigmoid}
                - output: {loss: softmaxCrossEntropy}
            training: {batch: 33, epochs: 100000, clip: {globalNorm: 0.5}}
            health: {every: 5, histograms: 20}
            """;
    /** Number of points of the first chart's longest curve. */
    private static final String POINTS =
            "echarts.getInstanceByDom(document.querySelector('figure canvas').closest('.plot'))"
                    + ".getOption().series.reduce((most, s) => Math.max(most, (s.data || []).length), 0)";

    private static final long ANIMATION_MILLIS = 1000;

    @TempDir
    Path folder;

    private static long number(Browser browser, String script) {
        return ((Number) browser.ask("return " + script)).longValue();
    }

    @Test
    void chartsGrowWhileTheRunGoesOn() throws Exception {
        RunSpec run = RunFiles.parse(YAML, "live.yaml");
        StopSignal stop = new StopSignal();
        LivePage.Settings settings = new LivePage.Settings(0, Optional.of("127.0.0.1"), Optional.empty());
        Pace quick = new Pace(Duration.ofMillis(200), 0, Duration.ofMillis(200));
        try (Browser browser = Browser.open();
                LivePage live = LivePage.open(settings, new LivePage.Run(run.name(), YAML, folder), quick)) {
            CompletableFuture<RunResult> training = CompletableFuture.supplyAsync(() -> Runs.train(
                    run,
                    new Runs.Options(
                            folder, false, RunListener.all(List.of(live.listener(), LiveBrowserTest::rest)), stop)));
            try {
                watch(browser, live.url());
            } finally {
                stop.request("the test is over");
            }
            training.get();
            browser.until("document.getElementById('note').textContent.startsWith('The run has ended.')");
            keep(browser, "live-ended");
            assertEquals(List.of(), browser.complaints());
        }
    }

    /** Steps of microseconds would fill the charts before the page is there. */
    private static void rest(RunEvent event) {
        if (event instanceof RunEvent.Validated) {
            LockSupport.parkNanos(Duration.ofMillis(40).toNanos());
        }
    }

    private static void watch(Browser browser, String url) throws Exception {
        browser.go(url);
        browser.until("document.querySelectorAll('figure').length > 3");
        browser.ask("document.querySelector('figure').scrollIntoView({behavior: 'instant'})");
        browser.until("document.querySelectorAll('figure canvas').length > 0");
        long points = number(browser, POINTS);
        browser.until(POINTS + " > " + (points + 5));
        browser.until("document.getElementById('note').textContent === 'Live'");
        browser.ask("document.querySelectorAll('figure')[1].scrollIntoView({behavior: 'instant'})");
        long place = number(browser, "window.scrollY");
        long later = number(browser, POINTS);
        browser.until(POINTS + " !== " + later);
        assertEquals(place, number(browser, "window.scrollY"), "the reader stays where they are");
        keep(browser, "live");
    }

    /** Charts that nobody has scrolled to aren't drawn yet. */
    private static void keep(Browser browser, String name) throws Exception {
        browser.ask("steadygrad.drawAll(); window.scrollTo({top: 0, behavior: 'instant'})");
        Thread.sleep(ANIMATION_MILLIS);
        browser.keep(name);
    }
}
