package org.steadygrad.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.ops.Histogram;
import org.steadygrad.runlog.RunEvent;

/** TensorBoard's own reader reads what is written; where Python has no TensorBoard, the test is skipped. */
@Timeout(120)
class TensorBoardItselfTest {
    private static final String PYTHON = System.getProperty("steadygrad.test.python", "python3");

    @TempDir
    Path folder;

    private JsonNode read(Path events) throws IOException, InterruptedException {
        Path script = folder.resolve("read_events.py");
        try (InputStream in = TensorBoardItselfTest.class.getResourceAsStream("read_events.py")) {
            Files.write(script, in.readAllBytes());
        }
        Process python = new ProcessBuilder(PYTHON, script.toString(), events.toString())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        byte[] read = python.getInputStream().readAllBytes();
        assertEquals(0, python.waitFor(), () -> {
            try {
                return Files.readString(folder.resolve("errors"));
            } catch (IOException e) {
                return e.toString();
            }
        });
        return new ObjectMapper().readTree(read);
    }

    private static void assumeTensorBoard() throws InterruptedException {
        boolean there;
        try {
            there = new ProcessBuilder(PYTHON, "-c", "import tensorboard")
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, PYTHON + " has no TensorBoard; -Dsteadygrad.test.python=PATH names one that has");
    }

    @Test
    void readsScalarsHistogramsAndTexts() throws Exception {
        assumeTensorBoard();
        Path events = folder.resolve("events");
        try (TensorBoard board = new TensorBoard(events, false, "name: x\n")) {
            TensorBoardTest.tell(board);
        }
        JsonNode read = read(events);
        assertEquals(
                "[[1,\"0.5\"],[2,\"nan\"],[3,\"inf\"]]",
                read.at("/scalars/training~1loss").toString());
        assertEquals("[[3,\"17.0\"]]", read.at("/scalars/horizon~1gru_backward").toString());
        JsonNode weights = read.at("/histograms/weights~1gru~1W/0");
        assertEquals(3, weights.get(0).asInt());
        JsonNode bins = weights.get(1);
        assertEquals(Histogram.BINS, bins.size());
        for (int bin : new int[] {0, 10, 11, 39}) {
            assertEquals(-1 + 0.1 * bin, bins.get(bin).get(0).asDouble(), 1e-6);
            assertEquals(-0.9 + 0.1 * bin, bins.get(bin).get(1).asDouble(), 1e-6);
            assertEquals(1, bins.get(bin).get(2).asDouble());
        }
        assertTrue(read.at("/text/run_file/0/1").asText().contains("name: x"), read.toString());
        assertTrue(read.at("/text/findings~1short-truncation~1gru/0/1").asText().contains("–"), read.toString());
    }

    @Test
    void forgetsTheStepsThatAreDoneAgain() throws Exception {
        assumeTensorBoard();
        Path events = folder.resolve("events");
        try (TensorBoard board = new TensorBoard(events, false, "")) {
            TensorBoardTest.tell(board);
        }
        try (TensorBoard board = new TensorBoard(events, true, "")) {
            board.happened(new RunEvent.Started("cpu", "two cores", 1234, 3, 1));
            board.happened(TensorBoardTest.step(2, 0.25));
        }
        JsonNode read = read(events);
        assertEquals(
                "[[1,\"0.5\"],[2,\"0.25\"]]", read.at("/scalars/training~1loss").toString());
        assertEquals(0, read.at("/histograms/weights~1gru~1W").size(), "those of step 3");
        assertEquals(0, read.at("/text/events~1rolled_back").size(), "those of step 3");
    }
}
