package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineSnapshot;
import org.steadygrad.engine.cuda.driver.DeviceFaults;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoice;

/**
 * Whichever call finds no memory: what failed has changed nothing, is possible once there is memory, and gives the same bits
 * then; and everything that was taken is given back.
 */
@Tag("simulated")
class MemoryFailuresTest {
    private static final int FEW = 3;
    private static final int MANY = 12;

    private EngineProvider provider;

    @BeforeEach
    void newProcess() {
        DeviceFaults.require();
        DeviceFaults.newProcess();
        provider = new StrictProvider();
    }

    @AfterEach
    void end() {
        System.clearProperty(RecurrentChoice.FORCE);
        DeviceFaults.newProcess();
    }

    private static float[] parameters(Engine engine) {
        float[] values = new float[Math.toIntExact(engine.layout().length())];
        engine.copyParameters(values);
        return values;
    }

    /** Parameters before the first act and after each. */
    private List<float[]> undisturbed(TrainingScript script) {
        List<float[]> all = new ArrayList<>();
        try (Engine engine = provider.create(script.model())) {
            all.add(parameters(engine));
            for (TrainingScript.Act act : script.acts()) {
                engine.snapshot();
                act.on(engine);
                all.add(parameters(engine));
            }
        }
        return all;
    }

    @Test
    void denseLayers() {
        failsAnywhere(TrainingScript.denseLayers(), FEW);
    }

    @ParameterizedTest
    @ValueSource(strings = {"persistent", "stepped", "cudnn"})
    void recurrentLayers(String way) {
        System.setProperty(RecurrentChoice.FORCE, way);
        failsAnywhere(TrainingScript.recurrentLayers(), FEW);
    }

    @Tag("slow")
    @Test
    void denseLayersAtManyCalls() {
        failsAnywhere(TrainingScript.denseLayers(), MANY);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(strings = {"persistent", "stepped", "cudnn"})
    void recurrentLayersAtManyCalls(String way) {
        System.setProperty(RecurrentChoice.FORCE, way);
        failsAnywhere(TrainingScript.recurrentLayers(), MANY);
    }

    /** @param all every one of so many first calls fails, and of later ones one in many: they are the same again and again */
    private void failsAnywhere(TrainingScript script, int all) {
        String nothing = DeviceFaults.held();
        List<float[]> expected = undisturbed(script);
        assertEquals(nothing, DeviceFaults.held(), "an engine that was closed");
        long before = DeviceFaults.calls();
        undisturbed(script);
        long calls = DeviceFaults.calls() - before;
        assertTrue(calls > 300, calls + " calls");
        for (long call = 1; call <= calls; call += 1 + call / all) {
            disturbed(script, call, expected);
            assertEquals(nothing, DeviceFaults.held(), "after call " + call);
        }
    }

    private void disturbed(TrainingScript script, long call, List<float[]> expected) {
        String who = "call " + call + " of " + script.name();
        DeviceFaults.failCall(call, DeviceFaults.OUT_OF_MEMORY);
        Engine engine = again(who, () -> provider.create(script.model()));
        acts(who, script, engine, expected);
        // waiting may fail, and all is given back nevertheless
        attempt(engine::close).ifPresent(failure -> said(who, failure));
    }

    private void acts(String who, TrainingScript script, Engine engine, List<float[]> expected) {
        int done = 0;
        String words = who;
        for (TrainingScript.Act act : script.acts()) {
            EngineSnapshot good = again(words, engine::snapshot);
            Optional<EngineException> failure = attempt(() -> act.on(engine));
            if (failure.isPresent()) {
                said(words, failure.get());
                words += ", act " + done + " failed first: " + failure.get().getMessage();
                unchanged(words, engine, good, expected.get(done));
                act.on(engine);
            }
            done++;
            float[] values = again(words, () -> parameters(engine));
            assertArrayEquals(expected.get(done), values, words + ": parameters after act " + done);
        }
    }

    /** An engine that can't tell whether a step was done says so, and a snapshot makes it whole. */
    private static void unchanged(String who, Engine engine, EngineSnapshot good, float[] expected) {
        Optional<EngineException> refused =
                attempt(() -> assertArrayEquals(expected, parameters(engine), who + ": parameters after the failure"));
        if (refused.isPresent()) {
            String words = refused.get().getMessage();
            assertTrue(words.contains("some are old and some new. Restore a snapshot"), words);
            engine.restore(good);
            assertArrayEquals(expected, parameters(engine), who + ": parameters once restored");
        }
    }

    private interface Made<T> {
        T make();
    }

    private static <T> T again(String who, Made<T> made) {
        try {
            return made.make();
        } catch (EngineException e) {
            said(who, e);
            return made.make();
        }
    }

    private static Optional<EngineException> attempt(Runnable act) {
        try {
            act.run();
            return Optional.empty();
        } catch (EngineException e) {
            return Optional.of(e);
        }
    }

    private static void said(String who, EngineException failure) {
        String words = failure.getMessage();
        assertTrue(words.startsWith("engine cuda: "), who + ": " + words);
        assertTrue(words.contains("memory") || words.contains(" free"), who + ": " + words);
        assertFalse(words.contains("null"), who + ": " + words);
    }
}
