package org.steadygrad.tensorboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.ops.Histogram;
import org.steadygrad.runlog.Distributions;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Gain;
import org.steadygrad.runlog.Look;
import org.steadygrad.runlog.Prescription;
import org.steadygrad.runlog.RunEvent;
import org.steadygrad.runlog.RunListener;
import org.steadygrad.runlog.Severity;
import org.steadygrad.tensorboard.EventReader.Event;
import org.steadygrad.tensorboard.EventReader.Value;

class TensorBoardTest {
    @TempDir
    Path folder;

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private List<Event> read() throws IOException {
        List<Event> events = new ArrayList<>();
        for (Path file : files(folder)) {
            events.addAll(EventReader.read(file));
        }
        return events;
    }

    private static Value value(List<Event> events, long step, String tag) {
        return events.stream()
                .filter(e -> e.step() == step && e.values().containsKey(tag))
                .map(e -> e.values().get(tag))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + tag + " at step " + step));
    }

    static RunEvent.Step step(int iteration, double loss) {
        return new RunEvent.Step(iteration, 0, loss, loss, 2 * loss, 0.5, true, 1, 0.25);
    }

    /** All that a run may tell of its steps 1 to 3. */
    static void tell(RunListener observer) {
        observer.happened(new RunEvent.Started("cpu", "two cores", 1234, 3, 0));
        observer.happened(step(1, 0.5));
        observer.happened(step(2, Double.NaN));
        observer.happened(step(3, Double.POSITIVE_INFINITY));
        observer.happened(new RunEvent.Validated(3, 0, Map.of("accuracy", 0.75), true, Gain.UNKNOWN));
        observer.happened(look());
        observer.happened(distributions());
        observer.happened(new RunEvent.Found(3, finding()));
        observer.happened(new RunEvent.RolledBack(3, "back to 1", 1, 0.5));
        observer.happened(new RunEvent.CheckpointWritten(3, "checkpoint 3"));
    }

    private static Look look() {
        return new Look(
                3,
                0.5,
                1,
                1,
                true,
                List.of(new Look.Parameter("gru/W", 1e-30, 7, 1e-3, 0, 0)),
                List.of(new Look.Gate("gru/RW", "recurrent candidate", 0.25)),
                List.of(new LayerTrace("gru", 1, "tanh", 0.125, 0, 1, 0.5, 0.0)),
                List.of(new Look.Profile("gru", "backward", 17, List.of(0, 1), List.of(1.0, 2.0))),
                Optional.empty());
    }

    static Distributions distributions() {
        float[] values = {-1, Float.NaN, 0, 0.1f, 3};
        float[] same = {7, 7, 7};
        float[] lost = {Float.NaN};
        return new Distributions(
                3,
                List.of(
                        new Distributions.Tensor("gru/W", Distributions.Kind.WEIGHT, Histogram.of(values, 0, 5)),
                        new Distributions.Tensor("gru/W", Distributions.Kind.GRADIENT, Histogram.of(same, 0, 3)),
                        new Distributions.Tensor("gru", Distributions.Kind.ACTIVATION, Histogram.of(lost, 0, 1))));
    }

    private static Finding finding() {
        Prescription cure = new Prescription("longer windows", List.of("training.truncatedBptt=64"), "why", "A, 1990");
        return new Finding(
                "short-truncation",
                Severity.WARNING,
                "gru",
                1,
                3,
                "Too short – much.",
                Map.of("k", 8.0),
                List.of(cure));
    }

    /** RFC 3720, appendix B.4; the framing of an empty record by TensorFlow itself. */
    @Test
    void readerAndWriterAgreeWithWhatIsPublished() throws IOException {
        assertEquals(0x8a9136aaL, EventReader.crc32c(new byte[32]));
        assertEquals(0xe3069283L, EventReader.crc32c("123456789".getBytes(StandardCharsets.US_ASCII)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new RecordStream(out).write(new byte[0]);
        assertArrayEquals(HexFormat.of().parseHex("0000000000000000" + "29039807" + "d8ea82a2"), out.toByteArray());
    }

    @Test
    void everythingIsThereAtItsStep() throws IOException {
        try (TensorBoard board = new TensorBoard(folder, false, "name: x\nseed: 7\n")) {
            tell(board);
        }
        assertTrue(files(folder).get(0).getFileName().toString().matches("events\\.out\\.tfevents\\.\\d{10}\\..+"));
        List<Event> events = read();
        assertEquals("brain.Event:2", events.get(0).version());
        assertEquals(System.currentTimeMillis() / 1e3, events.get(0).wallTime(), 600);
        assertEquals(0.5f, value(events, 1, "training/loss").scalar());
        assertEquals(1f, value(events, 1, "training/gradient_norm").scalar());
        assertEquals(0.5f, value(events, 1, "training/clip_scale").scalar());
        assertEquals(0.25f, value(events, 1, "training/seconds_per_step").scalar());
        assertTrue(Float.isNaN(value(events, 2, "training/loss").scalar()));
        assertEquals(Float.POSITIVE_INFINITY, value(events, 3, "training/loss").scalar());
        assertEquals(0.75f, value(events, 3, "validation/accuracy").scalar());
        assertEquals(1e-30f, value(events, 3, "gradient_norm/gru/W").scalar());
        assertEquals(1e-3f, value(events, 3, "update_ratio/gru/W").scalar());
        assertEquals(0.125f, value(events, 3, "output_gradient_norm/gru").scalar());
        assertEquals(0.5f, value(events, 3, "saturated_share/gru").scalar());
        assertEquals(17f, value(events, 3, "horizon/gru_backward").scalar());
        assertEquals(
                0.25f,
                value(events, 3, "gate_gradient_norm/gru/RW/recurrent_candidate")
                        .scalar());
        assertEquals(
                List.of(1L),
                events.stream().filter(Event::start).map(Event::step).toList(),
                "without it TensorBoard wouldn't take that of a resumed run for a second one");
    }

    @Test
    void textsAreMarkdownForTheTextPlugin() throws IOException {
        try (TensorBoard board = new TensorBoard(folder, false, "name: x\nseed: 7\n")) {
            tell(board);
        }
        Value run = value(read(), 0, "run_file");
        assertEquals("text", run.plugin());
        assertTrue(run.text().endsWith("\n\n    name: x\n    seed: 7\n"), run.text());
        String finding = value(read(), 3, "findings/short-truncation/gru").text();
        assertTrue(finding.startsWith("**warning** Too short – much."), finding);
        assertTrue(finding.contains("| k | 8.0 |"), finding);
        assertTrue(finding.contains("--set training.truncatedBptt=64") && finding.contains("(A, 1990)"), finding);
        assertEquals("back to 1", value(read(), 3, "events/rolled_back").text());
        assertFalse(read().stream().anyMatch(e -> e.values().containsKey("events/checkpoint")));
    }

    @Test
    void histogramsKeepBinsAndMoments() throws IOException {
        try (TensorBoard board = new TensorBoard(folder, false, "")) {
            tell(board);
        }
        EventReader.Histogram weights = value(read(), 3, "weights/gru/W").histogram();
        assertEquals(-1, weights.min());
        assertEquals(3, weights.max());
        assertEquals(4, weights.count());
        assertEquals(2.1, weights.sum(), 1e-6);
        assertEquals(10.01, weights.squares(), 1e-6);
        assertEquals(Histogram.BINS, weights.limits().size());
        assertEquals(-0.9, weights.limits().get(0), 1e-12);
        assertEquals(3, weights.limits().get(Histogram.BINS - 1), 1e-12);
        for (int bin : new int[] {0, 10, 11, 39}) {
            assertEquals(1, weights.buckets().get(bin), "bin " + bin + " has one of -1, 0, 0.1 and 3");
        }
        EventReader.Histogram same = value(read(), 3, "gradients/gru/W").histogram();
        assertEquals(List.of(7.0), same.limits());
        assertEquals(List.of(3.0), same.buckets());
        assertFalse(read().stream().anyMatch(e -> e.values().containsKey("activations/gru")), "nothing finite to draw");
    }

    @Test
    void resumedRunLetsLaterStepsBeForgotten() throws IOException {
        try (TensorBoard board = new TensorBoard(folder, false, "")) {
            tell(board);
        }
        try (TensorBoard board = new TensorBoard(folder, true, "")) {
            board.happened(new RunEvent.Started("cpu", "two cores", 1234, 3, 1));
            board.happened(step(2, 0.25));
        }
        List<Path> files = files(folder);
        assertEquals(2, files.size());
        List<Event> resumed = EventReader.read(files.get(1));
        assertEquals("brain.Event:2", resumed.get(0).version());
        assertTrue(resumed.get(1).start());
        assertEquals(2, resumed.get(1).step());
        assertEquals(0.25f, value(resumed, 2, "training/loss").scalar());
    }

    @Test
    void anotherRunsEventsAreNotMixedIn() throws IOException {
        new TensorBoard(folder, false, "").close();
        assertEquals(List.of(), files(folder), "nothing is written before the run starts");
        try (TensorBoard board = new TensorBoard(folder, false, "")) {
            tell(board);
        }
        byte[] before = Files.readAllBytes(files(folder).get(0));
        String message = assertThrows(InvalidInputException.class, () -> new TensorBoard(folder, false, ""))
                .getMessage();
        assertTrue(message.contains("events.out.tfevents"), message);
        assertArrayEquals(before, Files.readAllBytes(files(folder).get(0)));
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThrows(InvalidInputException.class, () -> new TensorBoard(file, false, ""));
    }
}
