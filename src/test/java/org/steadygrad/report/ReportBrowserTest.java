package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.yaml.RunFiles;
import org.steadygrad.train.Runs;
import org.steadygrad.train.StopSignal;

/** Reports as a browser shows them, those that short runs leave among them. */
class ReportBrowserTest {
    private static final String BLANK =
            """
            const blank = [];
            document.querySelectorAll('.plot').forEach(plot => {
              const canvas = plot.querySelector('canvas');
              if (!canvas || canvas.width === 0) { blank.push(plot.closest('figure').id); return; }
              const copy = document.createElement('canvas');
              copy.width = canvas.width;
              copy.height = canvas.height;
              const context = copy.getContext('2d', { willReadFrequently: true });
              context.drawImage(canvas, 0, 0);
              const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
              let marks = 0;
              for (let i = 0; i < pixels.length; i += 4) {
                const spread = Math.max(pixels[i], pixels[i + 1], pixels[i + 2]) - Math.min(pixels[i], pixels[i + 1], pixels[i + 2]);
                if (pixels[i + 3] > 60 && spread > 40) { marks++; }
              }
              if (marks < 60) { blank.push(plot.closest('figure').id); }
            });
            return blank;
            """;

    @TempDir
    static Path folder;

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = Browser.open();
    }

    @AfterAll
    static void close() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void calm() {
        browser.width(1280);
        browser.media("screen", "light");
        browser.complaints();
    }

    @AfterEach
    void nothingIsComplainedOf() {
        assertEquals(List.of(), browser.complaints());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid-plain", "rnn-plain", "gru-adding"})
    void aRunLeavesAPageThatShowsIt(String demo) throws IOException {
        Path run = train(demo);
        show(run.resolve("report.html"));
        assertChartsAreThere("loss", "gradient-norm", "layer-gradients", "updates", "signal", "seconds");
        if (!demo.startsWith("sigmoid")) {
            assertChartsAreThere("time-1");
        }
        assertFindingsLeadToTheirCharts();
        if (demo.equals("rnn-plain")) {
            assertTrue(text(".verdict .sentence").startsWith("It blew up"), text(".verdict .sentence"));
            assertTrue(count(".finding.ERROR") >= 1);
        }
        assertTrue(text("pre").startsWith("name: " + demo));
        browser.keep("report-" + demo);
    }

    @Test
    void everyKindOfChartIsThereInTheDarkAndOnAPhone() throws IOException {
        RunView view = SampleRun.view("sample", 60);
        show(page("sample", List.of(view)));
        assertChartsAreThere(
                "metric-1",
                "layer-gradients",
                "time-1",
                "time-2",
                "horizon",
                "dead",
                "saturated",
                "deviation",
                "activation-1");
        assertFindingsLeadToTheirCharts();
        browser.media("screen", "dark");
        assertEquals("dark", browser.ask("return document.documentElement.dataset.theme"));
        assertEquals(List.of(), browser.ask(BLANK));
        browser.keep("report-dark");
        browser.width(390);
        browser.ask("steadygrad.drawAll()");
        assertEquals(
                390L, browser.ask("return document.documentElement.scrollWidth"), "the phone's page scrolls sideways");
        assertEquals(List.of(), browser.ask(BLANK));
        browser.keep("report-phone");
    }

    @Test
    void theThemeCanBeSwitchedAndStaysSo() throws IOException {
        Path page = page("theme", List.of(SampleRun.view("theme", 20)));
        show(page);
        Object before = browser.ask("return getComputedStyle(document.body).backgroundColor");
        browser.driver().findElement(By.id("theme")).click();
        assertNotEquals(before, browser.ask("return getComputedStyle(document.body).backgroundColor"));
        show(page);
        assertEquals("dark", browser.ask("return document.documentElement.dataset.theme"));
        browser.driver().findElement(By.id("theme")).click();
        assertEquals(before, browser.ask("return getComputedStyle(document.body).backgroundColor"));
        browser.ask("localStorage.clear()");
    }

    @Test
    void histogramsOfEveryKindCanBeChosen() throws IOException {
        show(page("kinds", List.of(SampleRun.view("kinds", 30))));
        List<WebElement> kinds = browser.driver().findElements(By.cssSelector(".kinds button"));
        assertEquals(
                List.of("Outputs", "Weights", "Gradients"),
                kinds.stream().map(WebElement::getText).toList());
        kinds.get(2).click();
        assertEquals("true", kinds.get(2).getDomAttribute("aria-pressed"));
        assertChartsAreThere("gradient-1", "gradient-3");
        assertEquals(0, count("#activation-1"));
    }

    @Test
    void runsAreComparedInOnePage() throws IOException {
        RunView other = SampleRun.view("other", 90);
        other.configured("name: other\nseed: 9\nhealth: {updates: {small: 1.0E-6, large: 0.1}}\n", "run.yaml");
        show(page("comparison", List.of(SampleRun.view("sample", 60), other)));
        assertEquals(2, count(".verdict"));
        assertEquals(2, count("#layer-gradients .plot"));
        assertEquals(1, count("#loss .plot"));
        assertChartsAreThere("loss", "layer-gradients");
        assertTrue(text("#configuration ~ .card table").contains("seed 7 9"), text("#configuration ~ .card table"));
        assertFindingsLeadToTheirCharts();
        browser.keep("report-comparison");
        browser.width(390);
        assertEquals(390L, browser.ask("return document.documentElement.scrollWidth"));
    }

    @Test
    void textFromDataIsText() throws IOException {
        RunView view = new RunView(ReportPageTest.HOSTILE);
        for (int i = 1; i <= 20; i++) {
            view.happened(SampleRun.step(i, 1));
        }
        view.happened(SampleRun.look(20, 3, 7));
        view.happened(new RunEvent.RolledBack(7, ReportPageTest.HOSTILE, 1, 0.5));
        view.happened(new org.steadygrad.runlog.Distributions(
                1,
                List.of(SampleRun.tensor(
                        ReportPageTest.HOSTILE, org.steadygrad.runlog.Distributions.Kind.WEIGHT, 1, 2, 3))));
        view.happened(new RunEvent.Finished(SampleRun.outcome(
                ReportPageTest.HOSTILE,
                20,
                List.of(SampleRun.finding("gradient-spikes", Severity.WARNING, ReportPageTest.HOSTILE)))));
        show(page("hostile", List.of(view, view)));
        assertEquals(0, count("img"));
        assertTrue(text(".verdict").contains("</script><img"));
        hoverOver("#loss .plot");
        assertEquals(0, count("img"));
    }

    @Test
    void theKeyboardReachesEverything() throws IOException, InterruptedException {
        show(page("keyboard", List.of(SampleRun.view("keyboard", 30))));
        browser.driver().findElement(By.tagName("body")).sendKeys(Keys.TAB);
        WebElement first = browser.driver().switchTo().activeElement();
        assertEquals("Skip to the report", first.getText());
        first.sendKeys(Keys.ENTER);
        assertEquals("content", browser.ask("return document.activeElement.id"));
        assertEquals(
                0L,
                browser.ask("return [...document.querySelectorAll('.plot')].filter(p => !p.getAttribute('aria-label')"
                        + " || p.getAttribute('role') !== 'img').length"));
        WebElement summary = browser.driver().findElement(By.cssSelector("#loss summary"));
        summary.sendKeys(Keys.ENTER);
        browser.until("document.querySelector('#loss table') !== null");
        assertTrue(text("#loss table").contains("step training validation"), text("#loss table"));
        assertTrue(count("#loss tbody tr") > 5);
    }

    @Test
    void paperShowsEveryChartOnWhite() throws IOException {
        show(page("paper", List.of(SampleRun.view("paper", 30))));
        browser.media("print", "dark");
        browser.ask("window.dispatchEvent(new Event('beforeprint'))");
        assertEquals("light", browser.ask("return document.documentElement.dataset.theme"));
        assertEquals(List.of(), browser.ask(BLANK));
        assertEquals("none", browser.ask("return getComputedStyle(document.querySelector('nav')).display"));
        assertEquals(680L, browser.ask("return document.querySelector('main').clientWidth"));
        assertEquals(
                0L,
                browser.ask("return [...document.querySelectorAll('.plot')].filter(p =>"
                        + " p.querySelector('canvas').clientWidth > p.clientWidth).length"),
                "charts are cut");
        browser.keep("report-print");
        browser.ask("window.dispatchEvent(new Event('afterprint'))");
        assertEquals("dark", browser.ask("return document.documentElement.dataset.theme"));
    }

    @Test
    void newDataChangesThePageWhereItIs() throws IOException {
        show(page("update", List.of(SampleRun.view("update", 30))));
        browser.ask("document.getElementById('updates').scrollIntoView(); window.kept ="
                + " document.getElementById('updates')");
        Object place = browser.ask("return window.scrollY");
        browser.ask(
                "steadygrad.update([JSON.parse(arguments[0])])",
                SampleRun.view("update", 60).text());
        assertEquals("60", browser.ask("return document.querySelector('.tiles dd').firstChild.textContent"));
        assertEquals(true, browser.ask("return window.kept === document.getElementById('updates')"));
        assertEquals(place, browser.ask("return window.scrollY"));
        browser.ask("steadygrad.note('waiting')");
        assertEquals("waiting", text("#note"));
    }

    private static Path train(String demo) throws IOException {
        String text;
        try (InputStream in = ReportBrowserTest.class.getResourceAsStream("/org/steadygrad/demo/" + demo + ".yaml")) {
            text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Path run = folder.resolve(demo);
        List<String> shorter = List.of("training.iterations=70", "health.every=10", "engine=cpu");
        Runs.train(
                RunFiles.parse(text, demo, shorter), new Runs.Options(run, false, RunListener.NONE, new StopSignal()));
        return run;
    }

    private static Path page(String name, List<RunView> views) throws IOException {
        return Files.writeString(folder.resolve(name + ".html"), ReportPage.html(views));
    }

    private static void show(Path page) {
        browser.go(page.toUri().toString());
        browser.ask("document.documentElement.style.scrollBehavior = 'auto'; steadygrad.drawAll()");
    }

    private static void assertChartsAreThere(String... ids) {
        for (String id : ids) {
            assertTrue(count("[id='" + id + "'] .plot") >= 1, "no chart " + id);
        }
        browser.ask("steadygrad.drawAll()");
        assertEquals(List.of(), browser.ask(BLANK), "charts with nothing in them");
    }

    private static void assertFindingsLeadToTheirCharts() {
        List<WebElement> links = browser.driver().findElements(By.cssSelector(".to-chart"));
        assertEquals(count(".finding"), links.size());
        for (WebElement link : links) {
            String id = link.getDomAttribute("href").substring(1);
            browser.ask("arguments[0].click()", link);
            Object inSight = browser.ask(
                    "const r = document.getElementById(arguments[0]).querySelector('.plot').getBoundingClientRect();"
                            + "return r.height > 0 && r.top < innerHeight && r.bottom > 0",
                    id);
            assertEquals(true, inSight, "the link to " + id);
        }
    }

    private static void hoverOver(String selector) {
        WebElement plot = browser.driver().findElement(By.cssSelector(selector));
        new org.openqa.selenium.interactions.Actions(browser.driver())
                .moveToElement(plot)
                .perform();
    }

    private static int count(String selector) {
        return browser.driver().findElements(By.cssSelector(selector)).size();
    }

    private static String text(String selector) {
        return browser.driver().findElement(By.cssSelector(selector)).getText();
    }
}
