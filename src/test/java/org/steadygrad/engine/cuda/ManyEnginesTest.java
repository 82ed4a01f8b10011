package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;

/** Several engines of one process on one device. */
@Tag("gpu")
class ManyEnginesTest {
    private static final int ENGINES = 3;

    private EngineProvider provider;
    private ExecutorService threads;

    @BeforeEach
    void start() {
        threads = Executors.newFixedThreadPool(ENGINES);
        provider = new StrictProvider();
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static float[] parameters(Engine engine) {
        float[] values = new float[Math.toIntExact(engine.layout().length())];
        engine.copyParameters(values);
        return values;
    }

    private float[] trained(TrainingScript script) {
        try (Engine engine = provider.create(script.model())) {
            script.acts().forEach(act -> act.on(engine));
            return parameters(engine);
        }
    }

    /** They are made, train and are closed at any time while others train. */
    @Test
    void eachThreadTrainsItsOwn() throws InterruptedException, ExecutionException {
        List<TrainingScript> scripts = List.of(TrainingScript.denseLayers(), TrainingScript.recurrentLayers());
        List<float[]> alone = scripts.stream().map(this::trained).toList();
        List<Callable<float[]>> tasks = new ArrayList<>();
        for (int i = 0; i < 2 * ENGINES; i++) {
            TrainingScript script = scripts.get(i % 2);
            tasks.add(() -> trained(script));
        }
        List<Future<float[]>> done = threads.invokeAll(tasks);
        for (int i = 0; i < done.size(); i++) {
            assertArrayEquals(alone.get(i % 2), done.get(i).get(), "engine " + i);
        }
    }

    /** Whose thread an engine is used by may change, and one may be closed while another is in the middle of something. */
    @Test
    void oneTakesTurnsBetweenThreads() throws InterruptedException, ExecutionException {
        TrainingScript script = TrainingScript.denseLayers();
        float[] alone = trained(script);
        try (Engine engine = provider.create(script.model())) {
            for (TrainingScript.Act act : script.acts()) {
                Engine other =
                        threads.submit(() -> provider.create(script.model())).get();
                threads.submit(() -> act.on(engine)).get();
                threads.submit(other::close).get();
            }
            assertArrayEquals(alone, parameters(engine));
            assertTrue(engine.deviceBytes().getAsLong() > 0);
        }
    }
}
