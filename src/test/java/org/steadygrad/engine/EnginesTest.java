package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;

class EnginesTest {
    private static final ComputationGraph MODEL = new ComputationGraph(
            ContractModels.chain(InputType.feedForward(3), ContractModels.dense(2), ContractModels.classes(2)));

    private record Fake(String name, int rank, Availability probe, Optional<String> obstacle)
            implements EngineProvider {
        @Override
        public Optional<String> unsupported(ComputationGraph model) {
            assertTrue(probe.usable(), "only engines that are usable are asked about the model");
            return obstacle;
        }

        @Override
        public Engine create(ComputationGraph model, EngineSettings settings) {
            throw new AssertionError("choosing creates nothing");
        }
    }

    private static EngineProvider usable(String name) {
        return new Fake(name, 0, Availability.usable("here"), Optional.empty());
    }

    private static EngineProvider missing(String name, String reason) {
        return new Fake(name, 0, Availability.missing(reason), Optional.empty());
    }

    private static EngineProvider picky(String name, String layer) {
        return new Fake(name, 0, Availability.usable("here"), Optional.of("layer " + layer + " isn't supported."));
    }

    private static EngineException refusal(String request, EngineProvider... providers) {
        return assertThrows(EngineException.class, () -> Engines.choose(request, MODEL, List.of(providers)));
    }

    private static void assertSays(EngineException error, String... words) {
        for (String word : words) {
            assertTrue(error.getMessage().contains(word), () -> "\"" + word + "\" in: " + error.getMessage());
        }
    }

    @Test
    void autoTakesTheFirstThatCan() {
        Engines.Choice choice = Engines.choose(Engines.AUTO, MODEL, List.of(usable("cuda"), usable("cpu")));
        assertEquals("cuda", choice.provider().name());
        assertEquals(List.of(), choice.passedOver());
    }

    @Test
    void autoFallsBackAndSaysWhy() {
        Engines.Choice choice = Engines.choose(
                Engines.AUTO,
                MODEL,
                List.of(missing("cuda", "no driver; install one."), picky("cpu", "conv1"), usable("dl4j")));
        assertEquals("dl4j", choice.provider().name());
        assertEquals(
                List.of(
                        "engine cuda not used: no driver; install one.",
                        "engine cpu not used: layer conv1 isn't supported."),
                choice.passedOver());
    }

    @Test
    void autoWithNothingLeftTellsEveryReason() {
        assertSays(
                refusal(Engines.AUTO, missing("cuda", "no driver."), picky("cpu", "conv1")),
                "No engine",
                "no driver.",
                "conv1");
    }

    @Test
    void aNamedEngineIsNeverReplaced() {
        assertSays(refusal("cuda", missing("cuda", "no driver."), usable("dl4j")), "cuda", "no driver.", "auto");
        assertSays(refusal("cpu", picky("cpu", "conv1"), usable("dl4j")), "cpu", "conv1", "auto");
        assertEquals(
                "dl4j",
                Engines.choose("dl4j", MODEL, List.of(usable("cpu"), usable("dl4j")))
                        .provider()
                        .name());
    }

    @Test
    void anUnknownNameGetsTheNearestOne() {
        assertSays(
                refusal("cdua", usable("cuda"), usable("dl4j")), "\"cdua\"", "auto, cuda, dl4j", "Did you mean cuda?");
        assertSays(refusal("quantum-computer", usable("cuda")), "doctor");
    }

    @Test
    void providersOnTheClassPathComeByRank() {
        List<Integer> ranks =
                Engines.providers().stream().map(EngineProvider::rank).toList();
        assertEquals(ranks.stream().sorted(java.util.Comparator.reverseOrder()).toList(), ranks);
        assertTrue(Engines.providers().stream().anyMatch(p -> p.name().equals("dl4j")));
    }
}
