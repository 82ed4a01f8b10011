package org.steadygrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataSource;
import org.steadygrad.data.DataSources;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineRequest;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PassResult;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.StepsAhead;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class EngineBenchTest {
    private static final String SEQUENCES =
            """
            name: small
            data: {kind: adding, length: 7, examples: 33, validationExamples: 3}
            model: {layers: [gru: {units: 5, dropout: 0.2}]}
            training: {batch: 9}
            """;
    private static final String VECTORS =
            """
            name: flat
            data: {kind: spirals, examples: 40}
            model: {layers: [dense: {units: 3}]}
            training: {batch: 8, accumulate: 2}
            """;
    private static final String WINDOWS =
            """
            name: windows
            data: {kind: copyMemory, delay: 3, symbols: 2, examples: 12}
            model: {layers: [lstm: {units: 3}]}
            training: {batch: 4, truncatedBptt: 3}
            """;

    private final List<String> calls = new ArrayList<>();

    private static RunSpec spec(String yaml) {
        return RunFiles.parse(yaml, "test.yaml", List.of());
    }

    private static EngineBench bench(String yaml, BenchSettings settings) {
        return new EngineBench(spec(yaml), settings, step -> {});
    }

    /** A real engine that notes its steps, and may fail at one of them. */
    private Engine noting(String name, ComputationGraph model, int failsAt) {
        Engine real = EngineRequest.of("cpu").open(model);
        int[] step = {0};
        return (Engine) Proxy.newProxyInstance(
                Engine.class.getClassLoader(), new Class<?>[] {Engine.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("computeGradient")) {
                        calls.add(name);
                        step[0]++;
                        if (step[0] == failsAt) {
                            throw new EngineException("out of memory; a smaller batch would fit.");
                        }
                    }
                    if (method.getName().equals("stepsAhead") && name.equals("ahead")) {
                        return Optional.of(new TwoAhead(real, () -> calls.add(name)));
                    }
                    if (method.getName().equals("deviceBytes")) {
                        return OptionalLong.of(12345);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Does every step at once, and tells what came of it when it is asked. */
    private record TwoAhead(Engine real, Runnable called) implements StepsAhead {
        @Override
        public int depth() {
            return 2;
        }

        @Override
        public PendingStep ask(MultiDataSet batch, PassOptions options, UpdateRule rule) {
            called.run();
            PassResult pass = real.computeGradient(batch, options);
            Optional<StepResult> result = Optional.of(new StepResult(pass, Optional.of(real.update(rule))));
            return () -> result;
        }
    }

    private EngineBench faked(BenchSettings settings, List<EngineRequest> requests) {
        EngineBench.Opening opening = (request, model) -> {
            requests.add(request);
            if (request.name().startsWith("cuda")) {
                throw new EngineException("no driver; install one.");
            }
            return noting(request.name(), model, request.name().equals("frail") ? 3 : 0);
        };
        return new EngineBench(
                spec(SEQUENCES), settings, List.of("cuda", "cpu", "frail", "dl4j", "ahead"), opening, step -> {});
    }

    @Test
    void realEnginesAgreeAndAreMeasured() {
        BenchResult result = bench(SEQUENCES, new BenchSettings(6, 1, 2)).measure(List.of("cpu", "dl4j"));
        assertEquals(List.of(), result.unused());
        assertEquals(
                List.of("cpu", "dl4j"),
                result.engines().stream().map(EngineResult::engine).toList());
        for (EngineResult engine : result.engines()) {
            assertEquals(7, engine.losses().size(), "warm-up steps are compared too");
            assertEquals(6, engine.step().steps());
            assertTrue(engine.step().low() > 0
                    && engine.step().low() <= engine.step().median());
            assertTrue(engine.step().median() <= engine.step().high());
            assertEquals(7, engine.timeStepsPerSecond() / engine.examplesPerSecond(), 1e-9);
            assertNull(engine.deviceBytes());
        }
        assertNull(result.engines().get(0).agreement());
        EngineResult.Agreement agreement = result.engines().get(1).agreement();
        assertEquals(7, agreement.steps());
        assertTrue(agreement.relative() < 1e-4, agreement.toString());
    }

    @Test
    void vectorsHaveNoTimeSteps() {
        EngineResult engine = bench(VECTORS, new BenchSettings(3, 0, 3))
                .measure(List.of("cpu"))
                .engines()
                .get(0);
        assertNull(engine.timeStepsPerSecond());
    }

    @Test
    void stepsCountWhatTheyTrainOnAndStartAgainAtTheEnd() {
        StepBatches accumulated = batches(VECTORS, 5);
        assertEquals(16, accumulated.get(0).examples());
        assertEquals(2, accumulated.get(0).batches().size());
        assertEquals(accumulated.get(0), accumulated.get(5));
        assertEquals(9 * 7, batches(SEQUENCES, 1).get(0).timeSteps());
        StepBatches windows = batches(WINDOWS, 7);
        assertFalse(windows.get(0).continued());
        assertTrue(windows.get(1).continued());
        assertEquals(4 * 3, windows.get(1).timeSteps());
        assertTrue(windows.carriesState());
    }

    private static StepBatches batches(String yaml, int count) {
        RunSpec run = spec(yaml);
        DataSource source = DataSources.open(run.data(), run.training().batch(), run.seed());
        return new StepBatches(source, run.training(), count);
    }

    @Test
    void windowsOfTruncatedBackPropagationAgree() {
        BenchResult result = bench(WINDOWS, new BenchSettings(12, 0, 1)).measure(List.of("cpu", "dl4j"));
        assertTrue(
                result.engines().get(1).agreement().relative() < 1e-4,
                result.engines().get(1).agreement().toString());
    }

    @Test
    void enginesTakeTurnsAndEachBeginsInTurn() {
        List<EngineRequest> requests = new ArrayList<>();
        faked(new BenchSettings(4, 1, 2), requests).measure(List.of("cpu", "dl4j"));
        assertEquals(
                List.of("cpu", "dl4j", "cpu", "cpu", "dl4j", "dl4j", "dl4j", "dl4j", "cpu", "cpu"),
                calls,
                "warm-up one after the other, then rounds of two steps");
    }

    @Test
    void anEngineThatLetsItsCallerBeAheadTrainsTheSame() {
        BenchResult result =
                faked(new BenchSettings(7, 1, 2), new ArrayList<>()).measure(List.of("cpu", "ahead"));
        assertEquals(8, result.engines().get(1).losses().size());
        assertEquals(7, result.engines().get(1).step().steps());
        assertEquals(0, result.engines().get(1).agreement().largest());
        assertEquals(8, calls.stream().filter("ahead"::equals).count(), "one to warm up, the others asked for ahead");
    }

    @Test
    void absentEnginesAreToldAndOthersGoOn() {
        List<EngineRequest> requests = new ArrayList<>();
        BenchResult result = faked(new BenchSettings(2, 0, 1), requests).measure(List.of());
        assertEquals(5, requests.size(), "all known engines are tried when none is named");
        assertEquals(
                List.of("cpu", "frail", "dl4j", "ahead"),
                result.engines().stream().map(EngineResult::engine).toList());
        assertEquals(List.of(new BenchResult.Unused("cuda", "no driver; install one.", false)), result.unused());
        assertTrue(result.complete(), "nobody asked for cuda");
        assertEquals(12345L, result.engines().get(0).deviceBytes());
        assertNotNull(result.engines().get(2).agreement());
        assertEquals(0, result.engines().get(2).agreement().largest());
    }

    @Test
    void anEngineThatFailsOnTheWayDropsOut() {
        BenchResult result =
                faked(new BenchSettings(6, 0, 3), new ArrayList<>()).measure(List.of("frail", "cpu"));
        assertEquals(
                List.of("cpu"),
                result.engines().stream().map(EngineResult::engine).toList());
        assertEquals(6, result.engines().get(0).losses().size());
        assertTrue(result.unused().get(0).reason().contains("a smaller batch would fit"));
        assertNull(result.engines().get(0).agreement(), "the first that is left is compared with none");
        assertFalse(result.complete());
        assertFalse(
                faked(new BenchSettings(6, 0, 3), new ArrayList<>())
                        .measure(List.of())
                        .complete(),
                "it had begun, named or not");
    }

    @Test
    void aNamedEngineThatIsAbsentIsMissed() {
        BenchResult result =
                faked(new BenchSettings(2, 0, 1), new ArrayList<>()).measure(List.of("cuda", "cpu"));
        assertEquals(List.of(new BenchResult.Unused("cuda", "no driver; install one.", true)), result.unused());
        assertFalse(result.complete());
    }

    @Test
    void nothingUsableIsAnErrorWithEveryReason() {
        EngineBench bench = faked(new BenchSettings(2, 0, 1), new ArrayList<>());
        EngineException error = assertThrows(EngineException.class, () -> bench.measure(List.of("cuda")));
        assertTrue(error.getMessage().contains("no driver"), error.getMessage());
    }

    @Test
    void unknownAndRepeatedNamesAreErrors() {
        EngineBench bench = faked(new BenchSettings(2, 0, 1), new ArrayList<>());
        String unknown = assertThrows(InvalidInputException.class, () -> bench.measure(List.of("cpu", "cud:1")))
                .getMessage();
        assertTrue(unknown.contains("\"cud:1\"") && unknown.contains("Did you mean cuda?"), unknown);
        String twice = assertThrows(InvalidInputException.class, () -> bench.measure(List.of("cpu", "cpu")))
                .getMessage();
        assertTrue(twice.contains("cpu twice"), twice);
        assertEquals(List.of(), calls);
    }

    @Test
    void devicesInNamesReachTheEngine() {
        List<EngineRequest> requests = new ArrayList<>();
        faked(new BenchSettings(1, 0, 1), requests).measure(List.of("cpu", "cuda:1"));
        assertEquals("cuda:1", requests.get(1).name());
    }
}
