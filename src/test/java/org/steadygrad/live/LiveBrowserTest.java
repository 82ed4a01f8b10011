package org.steadygrad.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.RunResult;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** The page of a run that goes on, in Chromium; skipped where there is none. */
@Timeout(240)
class LiveBrowserTest {
    private static final Path BROWSER = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
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

    @TempDir
    Path folder;

    private ChromeDriver browser;

    @BeforeEach
    void open() {
        assumeTrue(
                Files.isExecutable(BROWSER) && Files.isExecutable(DRIVER),
                "Debian's packages chromium and chromium-driver aren't installed");
        ChromeOptions options = new ChromeOptions()
                .setBinary(BROWSER.toFile())
                .addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,1400");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(DRIVER.toFile())
                        .build(),
                options);
    }

    @AfterEach
    void quit() {
        if (browser != null) {
            browser.quit();
        }
    }

    private long number(String script) {
        return ((Number) browser.executeScript("return " + script)).longValue();
    }

    private void until(String condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Boolean.TRUE.equals(browser.executeScript("return " + condition))) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> condition + " in " + browser.executeScript("return document.body.innerText"));
            Thread.sleep(50);
        }
    }

    private void screenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        Files.write(SCREENSHOTS.resolve(name), browser.getScreenshotAs(OutputType.BYTES));
    }

    @Test
    void chartsGrowWhileTheRunGoesOn() throws Exception {
        RunSpec run = RunFiles.parse(YAML, "live.yaml");
        StopSignal stop = new StopSignal();
        LivePage.Settings settings = new LivePage.Settings(0, Optional.of("127.0.0.1"), Optional.empty());
        try (LivePage live = LivePage.open(
                settings,
                new LivePage.Run(run.name(), YAML, folder),
                new Pace(Duration.ofMillis(200), 0, Duration.ofMillis(200)))) {
            CompletableFuture<RunResult> training = CompletableFuture.supplyAsync(
                    () -> Runs.train(run, new Runs.Options(folder, false, live.observer(), stop)));
            try {
                browser.get(live.url());
                until("document.querySelectorAll('figure canvas').length > 1");
                String shown = "echarts.getInstanceByDom(document.querySelector('figure canvas').closest('.plot'))"
                        + ".getOption().series.reduce((most, s) => Math.max(most, (s.data || []).length), 0)";
                long before = number(shown);
                until(shown + " > " + (before + 5));
                until("document.getElementById('note').textContent === 'Live'");
                screenshot("live.png");
                browser.executeScript("document.querySelectorAll('figure')[1].scrollIntoView({behavior: 'instant'})");
                long place = number("window.scrollY");
                long later = number(shown);
                until(shown + " > " + (later + 5) + " || " + shown + " >= 500");
                assertEquals(place, number("window.scrollY"), "the reader stays where they are");
            } finally {
                stop.request("the test is over");
            }
            live.ended(training.get());
            until("document.getElementById('note').textContent.startsWith('The run has ended.')");
            browser.executeScript("window.scrollTo(0, 0)");
            screenshot("live-ended.png");
        }
        assertEquals(
                List.of(),
                browser.manage().logs().get(LogType.BROWSER).getAll().stream()
                        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                        .map(LogEntry::toString)
                        .toList());
    }
}
