package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import org.steadygrad.engine.AskedSteps;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.DeviceFaults;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoice;

/**
 * Whichever call finds the device lost: that call and the error are named, no number that comes after is told, nothing is asked
 * of the device any more, and closing is quiet.
 */
@Tag("simulated")
class DeviceLossTest {
    private static final int ILLEGAL_ADDRESS = 700;

    private EngineProvider provider;

    @BeforeEach
    void newProcess() {
        DeviceFaults.require();
        DeviceFaults.newProcess();
        provider = new StrictProvider();
        System.setProperty(RecurrentChoice.FORCE, "cudnn");
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

    /** Does the acts, and notes the parameters after each, until one fails. */
    private Optional<EngineException> run(TrainingScript script, List<float[]> after, List<Engine> made) {
        try {
            Engine engine = provider.create(script.model());
            made.add(engine);
            for (TrainingScript.Act act : script.acts()) {
                act.on(engine);
                after.add(parameters(engine));
            }
            return Optional.empty();
        } catch (EngineException e) {
            return Optional.of(e);
        }
    }

    private List<float[]> undisturbed(TrainingScript script) {
        List<float[]> after = new ArrayList<>();
        List<Engine> made = new ArrayList<>();
        assertEquals(Optional.empty(), run(script, after, made));
        made.get(0).close();
        return after;
    }

    private long callsBeforeClosing(TrainingScript script) {
        long before = DeviceFaults.calls();
        List<Engine> made = new ArrayList<>();
        assertEquals(Optional.empty(), run(script, new ArrayList<>(), made));
        long calls = DeviceFaults.calls() - before;
        made.get(0).close();
        return calls;
    }

    private void lost(String who, TrainingScript script, List<float[]> expected, int error, int callsThatMayFind) {
        List<float[]> after = new ArrayList<>();
        List<Engine> made = new ArrayList<>();
        EngineException failure =
                run(script, after, made).orElseThrow(() -> new AssertionError(who + ": nobody noticed"));
        assertTrue(failure instanceof CudaException, () -> who + ": " + failure);
        assertEquals(CudaException.Kind.DEVICE_LOST, ((CudaException) failure).kind(), who);
        String words = failure.getMessage();
        assertTrue(
                words.matches("engine cuda: the device was lost: .*[a-z].* reports error " + error + " \\(.*"), words);
        for (int i = 0; i < after.size(); i++) {
            assertArrayEquals(expected.get(i), after.get(i), who + ": parameters after act " + i);
        }
        for (Engine engine : made) {
            EngineException again = assertThrows(EngineException.class, () -> parameters(engine), who);
            assertTrue(again.getMessage().contains("can't be used any more in this process"), again.getMessage());
            assertThrows(EngineException.class, () -> script.acts().get(0).on(engine), who);
            engine.clearState();
            engine.close();
            engine.close();
        }
        long calls = DeviceFaults.callsOnLostDevice();
        assertTrue(calls <= callsThatMayFind, who + ": " + calls + " calls of a lost device");
        DeviceFaults.newProcess();
    }

    @ParameterizedTest
    @ValueSource(ints = {700, 719, 214, 702, 999})
    void anyCallMayFindItLost(int error) {
        for (TrainingScript script : List.of(TrainingScript.denseLayers(), TrainingScript.recurrentLayers())) {
            List<float[]> expected = undisturbed(script);
            long calls = callsBeforeClosing(script);
            // other calls for other errors, so that together they are many
            for (long call = 1L + error % 19; call <= calls; call += 20 + call / 8) {
                DeviceFaults.failCall(call, error);
                lost("call " + call + " of " + script.name(), script, expected, error, 0);
            }
        }
    }

    /** What a kernel does wrong is found by the next call that waits, or by any before. */
    @Test
    void workMayLoseIt() {
        for (TrainingScript script : List.of(TrainingScript.denseLayers(), TrainingScript.recurrentLayers())) {
            List<float[]> expected = undisturbed(script);
            for (long launch = 1; launch < 200; launch += 1 + launch / 3) {
                DeviceFaults.loseDeviceAt(launch, ILLEGAL_ADDRESS);
                lost("launch " + launch + " of " + script.name(), script, expected, ILLEGAL_ADDRESS, 1);
            }
        }
    }

    /** In a process whose device is lost, nobody else can use it either. */
    @Test
    void otherEnginesFindItLostToo() {
        TrainingScript script = TrainingScript.denseLayers();
        Engine first = provider.create(script.model());
        Engine second = provider.create(script.model());
        DeviceFaults.loseDeviceAt(1, ILLEGAL_ADDRESS);
        assertThrows(EngineException.class, () -> script.acts().get(0).on(first));
        String words = assertThrows(
                        EngineException.class, () -> script.acts().get(0).on(second))
                .getMessage();
        assertTrue(words.contains("the device was lost"), words);
        words = assertThrows(EngineException.class, () -> provider.create(script.model()))
                .getMessage();
        assertTrue(words.contains("the device was lost"), words);
        second.close();
        first.close();
    }

    @Test
    void aClosedEngineSaysSo() {
        TrainingScript script = TrainingScript.denseLayers();
        CudaEngine engine = (CudaEngine) provider.create(script.model());
        PendingStep pending = AskedSteps.ask(engine, script.small(), TrainingScript.pass(1), TrainingScript.rule(1));
        engine.close();
        assertThrows(IllegalStateException.class, pending::await);
        for (TrainingScript.Act act : script.acts()) {
            String words = assertThrows(IllegalStateException.class, () -> act.on(engine))
                    .getMessage();
            assertTrue(words.contains("this engine was closed"), words);
        }
        engine.close();
    }
}
