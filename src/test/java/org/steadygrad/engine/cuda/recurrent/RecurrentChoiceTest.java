package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.cuda.driver.TestGpu;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoices.Choice;
import org.steadygrad.engine.cuda.recurrent.RecurrentWay.Task;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.ActivationFunction;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.spec.Precision;

@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecurrentChoiceTest {
    private static final List<String> PROPERTIES =
            List.of(RecurrentChoice.FORCE, RecurrentChoice.MEASURE, "steadygrad.cache");

    private CudaRuntime runtime;
    private List<String> before;

    @TempDir
    private Path folder;

    @BeforeAll
    void open() {
        runtime = new CudaRuntime(TestGpu.open(), Precision.FLOAT32);
    }

    @AfterAll
    void close() {
        if (runtime != null) {
            runtime.close();
        }
    }

    @BeforeEach
    void keepProperties() {
        before = PROPERTIES.stream().map(name -> System.getProperty(name, "")).toList();
        System.setProperty("steadygrad.cache", folder.toString());
    }

    @AfterEach
    void restoreProperties() {
        for (int i = 0; i < PROPERTIES.size(); i++) {
            if (before.get(i).isEmpty()) {
                System.clearProperty(PROPERTIES.get(i));
            } else {
                System.setProperty(PROPERTIES.get(i), before.get(i));
            }
        }
    }

    private String chosen(boolean masked) {
        return chosen(masked, Long.MAX_VALUE);
    }

    private String chosen(boolean masked, long bytes) {
        ActivationFunction tanh = new ActivationFunction(Kind.TANH, 0);
        LayerShape shape = new LayerShape(Cell.GRU, tanh, 33, 3, 5, 7, false, masked, true);
        Task task = new Task("l7", shape, SegmentPlan.whole(shape, false), bytes);
        return new RecurrentChoice(runtime, task).way().name();
    }

    @Test
    void withoutMeasurementTheFirstThatCanIsTaken() {
        System.setProperty(RecurrentChoice.MEASURE, "false");
        assertEquals(RecurrentWay.ALL.get(0).name(), chosen(true));
        assertTrue(RecurrentChoices.known().isEmpty());
    }

    @Test
    void aWayCanBeAskedFor() {
        System.setProperty(RecurrentChoice.MEASURE, "false");
        for (String name : List.of("stepped", "persistent", "cudnn")) {
            System.setProperty(RecurrentChoice.FORCE, name);
            assertEquals(name, chosen(false));
        }
    }

    @Test
    void aWayThatCantIsAnErrorThatNamesTheLayerAndTheReason() {
        System.setProperty(RecurrentChoice.FORCE, "cudnn");
        InvalidInputException error = assertThrows(InvalidInputException.class, () -> chosen(true));
        assertTrue(error.getMessage().contains("l7"), error::getMessage);
        assertTrue(error.getMessage().contains("mask"), error::getMessage);
        assertTrue(assertThrows(InvalidInputException.class, () -> chosen(false, 100))
                .getMessage()
                .contains("memory"));
        System.setProperty(RecurrentChoice.FORCE, "fastest");
        assertTrue(assertThrows(InvalidInputException.class, () -> chosen(false))
                .getMessage()
                .contains("stepped"));
    }

    @Test
    void aMeasuredChoiceIsRemembered() throws IOException {
        System.setProperty(RecurrentChoice.MEASURE, "true");
        String first = chosen(false);
        List<Choice> known = RecurrentChoices.known();
        assertEquals(1, known.size());
        Choice choice = known.get(0);
        assertEquals(first, choice.chosen());
        assertTrue(choice.milliseconds().keySet().containsAll(List.of("stepped", "persistent", "cudnn")));
        double least = choice.milliseconds().values().stream()
                .mapToDouble(t -> t)
                .min()
                .orElseThrow();
        assertEquals(least, choice.milliseconds().get(first));
        assertTrue(choice.layer().contains("GRU") && choice.layer().contains("T=33"), choice::layer);

        // what is remembered is taken, not measured again
        Choice other =
                new Choice(choice.layer(), choice.device(), choice.libraries(), "stepped", choice.milliseconds());
        RecurrentChoices.remember(other);
        Path file = folder.resolve(RecurrentChoices.FILE);
        Files.writeString(file, "{\"layer\": \"cut o", StandardOpenOption.APPEND);
        assertEquals("stepped", chosen(false));
        assertEquals(List.of(other), RecurrentChoices.known());
        assertFalse(chosen(true).isEmpty());
    }

    @Test
    void aChoiceAmongOtherWaysIsNone() {
        Choice choice = new Choice("GRU", "device", "13", "stepped", Map.of("stepped", 1.0, "cudnn", 2.0));
        RecurrentChoices.remember(choice);
        assertEquals(
                choice,
                RecurrentChoices.find("GRU", "device", "13", List.of("cudnn", "stepped"))
                        .orElseThrow());
        assertTrue(
                RecurrentChoices.find("GRU", "device", "13", List.of("stepped")).isEmpty());
        assertTrue(RecurrentChoices.find("GRU", "device", "12", List.of("cudnn", "stepped"))
                .isEmpty());
    }
}
