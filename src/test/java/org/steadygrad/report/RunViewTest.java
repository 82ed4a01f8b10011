package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.Severity;

class RunViewTest {
    private static final Finding ERROR = SampleRun.finding("vanishing-gradient", Severity.ERROR, "layer1");
    private static final Finding WARNING = SampleRun.finding("gradient-spikes", Severity.WARNING, "");

    /** Long enough for everything that is bounded to be merged or thinned. */
    @Test
    void aViewThatIsAskedWhileItGrowsEndsAsOneThatIsNot() {
        RunView asked = new RunView("run");
        RunView alone = new RunView("run");
        for (int i = 1; i <= 1003; i++) {
            grow(asked, i);
            grow(alone, i);
            asked.json();
        }
        assertEquals(alone.text(), asked.text());
    }

    /** Of a long run's older steps only what some of them come to is on file. */
    @Test
    void stepsThatAreSummedUpCountAsSingleOnes() {
        RunView single = new RunView("run");
        RunView summed = new RunView("run");
        int steps = 8_192;
        RunEvent.Steps together = null;
        for (int i = 1; i <= steps; i++) {
            RunEvent.Step step = SampleRun.step(i, i % 17 == 0 ? Double.NaN : i == 3_000 ? 50 : 2.0 / i);
            single.happened(step);
            if (i <= 1_024 || i > 6_144) {
                summed.happened(step);
            } else {
                together = together == null ? RunEvent.Steps.of(step) : together.and(RunEvent.Steps.of(step));
                if (i % 64 == 0) {
                    summed.happened(together);
                    together = null;
                }
            }
        }
        JsonNode all = single.json();
        JsonNode view = summed.json();
        assertEquals(all.path("progress"), view.path("progress"));
        for (String quantity : List.of("loss", "gradientNorm", "clipped", "skipped", "seconds")) {
            JsonNode one = all.path("steps").path(quantity);
            JsonNode other = view.path("steps").path(quantity);
            assertEquals(total(one, "lost"), total(other, "lost"), quantity);
            assertEquals(extreme(one, "high", 1), extreme(other, "high", 1), quantity);
            assertEquals(extreme(one, "low", -1), extreme(other, "low", -1), quantity);
            assertTrue(other.path("x").size() >= 100 && other.path("x").size() <= Series.MOST, quantity);
        }
    }

    private static int total(JsonNode series, String key) {
        int total = 0;
        for (JsonNode value : series.path(key)) {
            total += value.asInt();
        }
        return total;
    }

    private static double extreme(JsonNode series, String key, int sign) {
        double extreme = Double.NEGATIVE_INFINITY;
        for (JsonNode value : series.path(key)) {
            extreme = value.isNull() ? extreme : Math.max(extreme, sign * value.asDouble());
        }
        return sign * extreme;
    }

    private static void grow(RunView view, int i) {
        view.happened(SampleRun.step(i, i % 17 == 0 ? Double.NaN : 2.0 / i));
        if (i % 3 == 1) {
            view.happened(SampleRun.look(i, i < 500 ? 3 : 7, i % 2 == 0 ? 17 : 33));
        }
        if (i % 7 == 1) {
            view.happened(SampleRun.distributions(i, 3));
        }
    }

    /** Sequences differ in length, so that looks note other steps, and not always in their order. */
    @Test
    void looksMayNoteOtherSteps() {
        RunView view = new RunView("run");
        view.happened(looked(1, List.of(15, 7), List.of(0.25, 0.5)));
        view.happened(looked(2, List.of(0, 8, 99), List.of(1.0, 2.0, 4.0)));
        view.happened(looked(3, List.of(3, 2, 1), List.of(0.125, 0.0625, 0.03125)));
        view.happened(looked(4, List.of(), List.of()));
        JsonNode time = view.json().at("/time/0");
        assertEquals(100, time.at("/length").asInt());
        assertEquals(3, time.at("/columns").size());
        assertEquals(0.5, norm(time, 7, 0));
        assertEquals(0.25, norm(time, 15, 0));
        assertEquals(4, norm(time, 99, 1));
        assertEquals(0.125, norm(time, 3, 2));
    }

    private static Look looked(int iteration, List<Integer> steps, List<Double> norms) {
        Look.Profile profile = new Look.Profile("layer1", "backward", 1, steps, norms);
        Look other = SampleRun.look(iteration, 3, 17);
        return new Look(
                iteration,
                1,
                1,
                1,
                true,
                other.parameters(),
                other.gates(),
                other.layers(),
                List.of(profile),
                other.nonFinite());
    }

    private static double norm(JsonNode time, int step, int column) {
        for (int row = 0; row < time.at("/steps").size(); row++) {
            if (time.at("/steps").get(row).asInt() == step) {
                return time.at("/norms").get(row).get(column).asDouble();
            }
        }
        throw new AssertionError("no step " + step + " in " + time.at("/steps"));
    }

    @Test
    void whatNothingCameToIsTheSameNodeAsBefore() {
        RunView view = SampleRun.view("run", 100);
        JsonNode before = view.json();
        view.happened(SampleRun.step(101, 0.1));
        JsonNode after = view.json();
        for (String part : List.of("layers", "parameters", "gates", "histograms", "configuration")) {
            assertSame(before.get(part), after.get(part), part);
        }
        assertSame(before.at("/time/0"), after.at("/time/0"));
        assertSame(before.at("/steps/loss/mean/99"), after.at("/steps/loss/mean/99"));
        assertEquals(101, after.at("/steps/loss/x").size());
        assertEquals(100, before.at("/steps/loss/x").size());
        view.happened(SampleRun.look(101, 5, 17));
        assertSame(after.at("/layers/gradient/0/0"), view.json().at("/layers/gradient/0/0"));
        assertEquals(11, view.json().at("/layers/columns").size());
    }

    @Test
    void aRunThatHasNotBegunIsOpen() {
        assertVerdict("open", "No step was taken yet.", view(0, i -> 1));
    }

    @Test
    void aLossThatFellByAQuarterHasLearned() {
        assertVerdict(
                "good", "It learned: the training loss fell from 2.00 to 0.500.", view(200, i -> i < 100 ? 2 : 0.5));
        assertVerdict(
                "mixed",
                "It learned a little: the training loss fell from 2.00 to 1.60.",
                view(200, i -> i < 100 ? 2 : 1.6));
        assertVerdict(
                "bad",
                "It did not learn: the training loss hardly moved, from 2.00 to 1.95.",
                view(200, i -> i < 100 ? 2 : 1.95));
        assertVerdict(
                "bad", "It got worse: the training loss rose from 2.00 to 3.00.", view(200, i -> i < 100 ? 2 : 3));
    }

    @Test
    void lossesBelowZeroFallToo() {
        assertVerdict(
                "good", "It learned: the training loss fell from -1.00 to -3.00.", view(200, i -> i < 100 ? -1 : -3));
        assertVerdict("good", "It learned: the training loss fell from 0 to -3.00.", view(200, i -> i < 100 ? 0 : -3));
    }

    @Test
    void oneStepIsEnoughForAWord() {
        assertVerdict("bad", "It did not learn: the training loss hardly moved, from 2.00 to 2.00.", view(1, i -> 2));
    }

    @Test
    void aLossThatIsNoNumberAtTheEndBlewUp() {
        assertVerdict(
                "bad", "It blew up: after step 7 the loss is not finite.", view(17, i -> i <= 7 ? 2 : Double.NaN));
        assertVerdict(
                "bad",
                "It can't learn: the loss was not finite from the first step on.",
                view(3, i -> Double.POSITIVE_INFINITY));
        assertVerdict(
                "good",
                "It learned: the training loss fell from 2.00 to 0.500.",
                view(200, i -> i == 50 ? Double.NaN : i < 100 ? 2 : 0.5));
    }

    @Test
    void anErrorKeepsARunFromBeingCalledHealthy() {
        RunView steady = view(200, i -> i < 100 ? 2 : 0.5);
        steady.happened(new RunEvent.Found(20, ERROR));
        assertVerdict(
                "mixed", "It learned, but not in good health: the training loss fell from 2.00 to 0.500.", steady);
        RunView stalled = view(200, i -> i <= 10 ? 2 : 0.5);
        stalled.happened(new RunEvent.Found(20, ERROR));
        assertVerdict(
                "bad",
                "It stalled: the training loss went from 2.00 to 0.500 right at the start and hardly moved since.",
                stalled);
        RunView quick = view(200, i -> i <= 10 ? 2 : 0.5);
        quick.happened(new RunEvent.Found(20, WARNING));
        assertVerdict("good", "It learned: the training loss fell from 2.00 to 0.500.", quick);
    }

    @Test
    void findingsComeGravestFirstAndALaterSightingReplacesAnEarlierOne() {
        RunView view = view(3, i -> 1);
        view.happened(new RunEvent.Found(20, WARNING));
        view.happened(new RunEvent.Found(40, ERROR));
        view.happened(new RunEvent.Found(60, ERROR));
        JsonNode findings = view.json().get("findings");
        assertEquals(2, findings.size());
        assertEquals("vanishing-gradient", findings.get(0).get("id").asText());
        assertEquals(
                "model.layers[0].stack.batchNorm=true",
                findings.get(0).at("/prescriptions/0/changes/0").asText());
    }

    @Test
    void aResultSaysHowTheRunEndedAndHasTheLastWordOnFindings() {
        RunView view = view(3, i -> 1);
        assertEquals("running", view.json().get("state").asText());
        view.happened(new RunEvent.Found(2, WARNING));
        view.happened(new RunEvent.Finished(SampleRun.outcome("named", 3, List.of(ERROR))));
        JsonNode json = view.json();
        assertEquals("finished", json.get("state").asText());
        assertEquals("named", json.get("name").asText());
        assertEquals(1, json.get("findings").size());
        assertEquals(0.5, json.at("/outcome/validation/loss").asDouble());
        assertEquals(123, json.at("/environment/parameters").asInt());
    }

    @Test
    void theJsonHoldsNoNumberThatJsonLacks() throws Exception {
        RunView view = view(40, i -> i % 3 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
        view.happened(new RunEvent.Validated(7, 0, Map.of("loss", Double.NaN), false, Gain.UNKNOWN));
        view.happened(new RunEvent.Found(
                7, new Finding("non-finite", Severity.ERROR, "", 7, 1, "NaN", Map.of("loss", Double.NaN), List.of())));
        JsonNode read = new ObjectMapper().readTree(view.text());
        assertTrue(read.at("/steps/loss/mean/7").isNull());
        assertTrue(read.at("/validation/loss/mean/0").isNull());
        assertTrue(read.at("/progress/firstLoss").isNull());
        assertEquals(0, read.at("/progress/lastFinite").asInt());
        assertEquals(40, read.at("/progress/skipped").asInt());
    }

    @Test
    void whatARunDidSoFarIsNotAllItDoes() {
        JsonNode verdict = view(200, i -> i < 100 ? 2 : 0.5).json().get("verdict");
        assertEquals(
                "So far it learned: the training loss fell from 2.00 to 0.500.",
                verdict.get("title").asText());
    }

    @Test
    void manyEventsAreCountedAndThinned() {
        RunView view = view(1, i -> 1);
        for (int i = 1; i <= 10_000; i++) {
            view.happened(new RunEvent.CheckpointWritten(i, "checkpoint " + i));
        }
        JsonNode checkpoints = view.json().at("/events/checkpoint");
        assertEquals(10_000, checkpoints.get("count").asInt());
        assertTrue(checkpoints.get("marks").size() <= 101);
    }

    private static RunView view(int steps, IntToDoubleFunction loss) {
        RunView view = new RunView("sample");
        for (int i = 1; i <= steps; i++) {
            view.happened(SampleRun.step(i, loss.applyAsDouble(i)));
        }
        return view;
    }

    private static void assertVerdict(String tone, String title, RunView view) {
        view.unfinished();
        JsonNode verdict = view.json().get("verdict");
        assertEquals(title, verdict.get("title").asText());
        assertEquals(tone, verdict.get("tone").asText());
    }

    /** It stays on the page as one that has ended, and the verdict doesn't count it. */
    @Test
    void findingsThatNoLongerHoldAreClosed() {
        RunView view = new RunView("run");
        for (int i = 1; i <= 100; i++) {
            view.happened(SampleRun.step(i, 2.0 / i));
        }
        Finding error = SampleRun.finding("vanishing-gradient", Severity.ERROR, "a");
        view.happened(new RunEvent.Found(20, error));
        assertEquals("mixed", view.json().path("verdict").path("tone").textValue());
        view.happened(new RunEvent.Closed(80, error.endedAt(60)));
        assertEquals("good", view.json().path("verdict").path("tone").textValue());
        assertEquals(1, view.json().path("findings").size());
        assertEquals(
                60, view.json().path("findings").path(0).path("endIteration").intValue());
    }

    /** By their folders, and where these are alike by numbers. */
    @Test
    void runsOfTheSameNameAreToldApart() {
        List<RunView> runs = List.of(new RunView("a"), new RunView("b"), new RunView("c"), new RunView("c"));
        for (RunView run : runs) {
            run.happened(new RunEvent.Finished(SampleRun.outcome("same", 1, List.of())));
        }
        RunView other = new RunView("d");
        other.happened(new RunEvent.Finished(SampleRun.outcome("other", 1, List.of())));
        RunView.tellApart(List.of(runs.get(0), runs.get(1), runs.get(2), runs.get(3), other));
        assertEquals(
                List.of("a", "b", "c (1)", "c (2)"),
                runs.stream().map(RunView::name).toList());
        assertEquals("other", other.name());
        assertEquals("a", runs.get(0).json().path("name").textValue());
    }

    /** As run.json has it once the run has ended; before, the median of the latest steps without those that warm up. */
    @Test
    void thereIsOneTimePerStep() {
        RunView view = new RunView("run");
        for (int i = 1; i <= 20; i++) {
            view.happened(new RunEvent.Step(i, 0, 1, 1, 1, 1, true, 1, 0.25, i <= 5 ? 9 : 0.5 + i / 1000.0));
        }
        assertEquals(0.513, view.json().path("progress").path("secondsPerStep").doubleValue(), 1e-12);
        assertEquals(
                0.25,
                view.json()
                        .path("steps")
                        .path("learningRate")
                        .path("mean")
                        .path(0)
                        .doubleValue());
        view.happened(new RunEvent.Finished(SampleRun.outcome("run", 20, List.of())));
        assertEquals(0.002, view.json().path("progress").path("secondsPerStep").doubleValue());
    }
}
