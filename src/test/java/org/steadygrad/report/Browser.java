package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** Headless Chromium, where Debian's packages chromium and chromium-driver are installed. */
public final class Browser implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ChromeDriver driver;

    private Browser(ChromeDriver driver) {
        this.driver = driver;
    }

    /** Opens a browser; tests are skipped where there is none. */
    public static Browser open() {
        Optional<Path> browser = program("chromium");
        Optional<Path> controller = program("chromedriver");
        assumeTrue(
                browser.isPresent() && controller.isPresent(),
                "no browser: pages are only looked at where Debian's packages chromium and chromium-driver are installed");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        ChromeOptions options = new ChromeOptions()
                .setBinary(browser.get().toFile())
                .addArguments(
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--window-size=1280,900");
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(controller.get().toFile())
                .usingAnyFreePort()
                .build();
        return new Browser(new ChromeDriver(service, options));
    }

    private static Optional<Path> program(String name) {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(java.io.File.pathSeparator))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    public ChromeDriver driver() {
        return driver;
    }

    public void go(String address) {
        driver.get(address);
    }

    /** The value of a piece of JavaScript that returns one. */
    public Object ask(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Waits until an expression of JavaScript is true: pages hear of much of what is done to them a little later. */
    public void until(String condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Boolean.TRUE.equals(ask("return " + condition))) {
            assertTrue(System.nanoTime() < end, () -> condition + " in " + ask("return document.body.innerText"));
            Thread.sleep(50);
        }
    }

    /** Messages on the console since the last call that tell of trouble. */
    public List<String> complaints() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .toList();
    }

    /** Makes the page as wide as a screen, whatever window sizes are possible. */
    public void width(int pixels) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", pixels, "height", 900, "deviceScaleFactor", 1, "mobile", pixels < 600));
    }

    /**
     * Shows the page as on another medium. Browsers tell pages of it when they draw next, before their animation frames.
     *
     * @param media "screen" or "print"
     * @param scheme "light" or "dark"
     */
    public void media(String media, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("media", media, "features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        driver.executeAsyncScript(
                "var done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));");
    }

    /** Keeps a picture of the whole page in target/screenshots. */
    public void keep(String name) throws IOException {
        Map<String, Object> picture = driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"));
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(folder.resolve(name + ".png"), Base64.getDecoder().decode((String) picture.get("data")));
    }

    @Override
    public void close() {
        driver.quit();
    }
}
