package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;

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

    private static Engines.Choice choose(String request, EngineProvider... providers) {
        return Engines.choose(EngineRequest.of(request), MODEL, List.of(providers));
    }

    private static EngineException refusal(String request, EngineProvider... providers) {
        return assertThrows(EngineException.class, () -> choose(request, providers));
    }

    private static void assertSays(EngineException error, String... words) {
        for (String word : words) {
            assertTrue(error.getMessage().contains(word), () -> "\"" + word + "\" in: " + error.getMessage());
        }
    }

    @Test
    void autoTakesTheFirstThatCan() {
        Engines.Choice choice = choose(Engines.AUTO, usable("cuda"), usable("cpu"));
        assertEquals("cuda", choice.provider().name());
        assertEquals(List.of(), choice.passedOver());
    }

    @Test
    void autoFallsBackAndSaysWhy() {
        Engines.Choice choice =
                choose(Engines.AUTO, missing("cuda", "no driver; install one."), picky("cpu", "conv1"), usable("dl4j"));
        assertEquals("dl4j", choice.provider().name());
        assertEquals(
                List.of(
                        "engine cuda not used: no driver; install one.",
                        "engine cpu not used: layer conv1 isn't supported."),
                choice.passedOver());
    }

    /** Usable by all that can be known beforehand. */
    private static EngineProvider broken(String name) {
        return new EngineProvider() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public int rank() {
                return 30;
            }

            @Override
            public Availability probe() {
                return Availability.usable("here");
            }

            @Override
            public Optional<String> unsupported(ComputationGraph model) {
                return Optional.empty();
            }

            @Override
            public Engine create(ComputationGraph model, EngineSettings settings) {
                throw new EngineException("the device is out of memory.");
            }
        };
    }

    @Test
    void autoFallsBackWhenAnEngineCantBeMade() {
        List<EngineProvider> providers = List.of(broken("cuda"), missing("cpu", "no oneDNN."), broken("dl4j"));
        EngineException error = assertThrows(
                EngineException.class, () -> Engines.open(EngineRequest.of(Engines.AUTO), MODEL, providers));
        assertSays(error, "No engine", "no oneDNN.", "engine cuda not used: the device is out of memory.");
        EngineException named =
                assertThrows(EngineException.class, () -> Engines.open(EngineRequest.of("cuda"), MODEL, providers));
        assertEquals("the device is out of memory.", named.getMessage());
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
                "dl4j", choose("dl4j", usable("cpu"), usable("dl4j")).provider().name());
    }

    @Test
    void anUnknownNameGetsTheNearestOne() {
        assertSays(
                refusal("cdua", usable("cuda"), usable("dl4j")), "\"cdua\"", "auto, cuda, dl4j", "Did you mean cuda?");
        assertSays(refusal("quantum-computer", usable("cuda")), "doctor");
    }

    /** Two devices, of which only the second can be used. */
    private static EngineProvider gpus() {
        return new EngineProvider() {
            private final EngineProvider first = missing("cuda", "device 0 can't be used. Usable: 1.");

            @Override
            public String name() {
                return "cuda";
            }

            @Override
            public int rank() {
                return 20;
            }

            @Override
            public Availability probe() {
                return first.probe();
            }

            @Override
            public Optional<String> unusableDevice(int device) {
                return device == 1 ? Optional.empty() : Optional.of("there is no device " + device + ".");
            }

            @Override
            public Optional<String> unsupported(ComputationGraph model) {
                return Optional.empty();
            }

            @Override
            public Engine create(ComputationGraph model, EngineSettings settings) {
                throw new AssertionError("choosing creates nothing");
            }
        };
    }

    @Test
    void aDeviceIsAskedForByItsNumber() {
        assertEquals("cuda", choose("cuda:1", gpus(), usable("cpu")).provider().name());
        assertEquals(1, EngineRequest.of("cuda:1").settings().device());
        assertEquals("cuda", EngineRequest.of("cuda:1").engine());
        assertSays(refusal("cuda:2", gpus(), usable("cpu")), "cuda", "there is no device 2.");
        assertSays(refusal("cuda:0", gpus(), usable("cpu")), "there is no device 0.");
        assertSays(refusal("cuda", gpus(), usable("cpu")), "device 0 can't be used");
        assertEquals(
                "cpu", choose(Engines.AUTO, gpus(), usable("cpu")).provider().name());
    }

    @Test
    void theDeviceMayAlsoComeWithTheSettings() {
        EngineSettings second = EngineSettings.DEFAULT.withDevice(1);
        EngineRequest request = new EngineRequest("cuda", second);
        assertEquals(
                "cuda",
                Engines.choose(request, MODEL, List.of(gpus())).provider().name());
        assertEquals(2, new EngineRequest("cuda:2", second).settings().device(), "the name counts more");
    }

    @Test
    void enginesWithoutDevicesRefuseANumber() {
        assertSays(refusal("cpu:0", usable("cpu")), "cpu", "no devices to choose from", "without a number");
        assertSays(refusal("auto:1", usable("cpu")), "Name it, for example cuda:1");
        assertSays(refusal("cdua:1", usable("cuda"), usable("dl4j")), "\"cdua\"", "Did you mean cuda?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cuda:", "cuda:x", "cuda:-1", ":1", "cuda:1:2", "cuda:99999"})
    void whatFollowsTheColonMustBeANumber(String request) {
        InvalidInputException error = assertThrows(InvalidInputException.class, () -> EngineRequest.of(request));
        assertTrue(
                error.getMessage().contains(request) && error.getMessage().contains("cuda:1 is"), error.getMessage());
    }

    @Test
    void providersOnTheClassPathComeByRank() {
        List<Integer> ranks =
                Engines.providers().stream().map(EngineProvider::rank).toList();
        assertEquals(ranks.stream().sorted(java.util.Comparator.reverseOrder()).toList(), ranks);
        assertTrue(Engines.providers().stream().anyMatch(p -> p.name().equals("dl4j")));
    }
}
