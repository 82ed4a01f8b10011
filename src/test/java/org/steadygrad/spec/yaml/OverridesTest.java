package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.UpdaterSpec;

class OverridesTest {
    private static final String BASE =
            "data: {kind: text, path: a.txt}\nmodel:\n  layers:\n  - embedding: 4\n  - gru: 8\n";

    private static RunSpec set(String... overrides) {
        return RunFiles.parse(BASE, "run.yaml", List.of(overrides));
    }

    private static String message(String... overrides) {
        return assertThrows(InvalidInputException.class, () -> set(overrides)).getMessage();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{kind: text, path: a.txt}", "{text: {path: a.txt}}", "{text: a.txt}", "text", "{kind: text}"})
    void aDataPathReachesIntoEveryForm(String data) {
        for (String key : List.of("data.path", "data.text.path")) {
            String text = "data: " + data + "\nmodel: {layers: [gru: 8]}\n";
            RunSpec spec = RunFiles.parse(text, "run.yaml", List.of(key + "=dir/b #1: c.txt"));
            assertEquals(new DataSpec.Text("dir/b #1: c.txt", 128, 0.1), spec.data());
        }
    }

    @Test
    void valuesAreYaml() {
        assertEquals(3, set("training.epochs=3").training().epochs());
        assertEquals(
                new ClipSpec.GlobalNorm(2),
                set("training.clip={globalNorm: 2}").training().clip());
        assertEquals(new ClipSpec.None(), set("training.clip=none").training().clip());
        assertEquals("cpu", set("engine=cpu").engine());
        assertEquals("a b", ((DataSpec.Text) set("data.path='a b'").data()).path());
        assertEquals(1, set("model={layers: [gru: 3]}").model().layers().size());
        assertEquals(DataSpec.Adding.class, set("data=adding").data().getClass());
        assertEquals(
                DataSpec.Adding.class,
                set("data={kind: adding, length: 9}").data().getClass());
    }

    @Test
    void aPlusInFrontOfAnIndexPutsANewEntryBeforeIt() {
        assertEquals(
                set("model.layers=[{dense: 3}, {embedding: 4}, {gru: 8}]").model(),
                set("model.layers[+0]={dense: 3}").model());
        assertEquals(
                set("model.layers=[{embedding: 4}, {batchNorm: {activation: tanh}}, {gru: 8}, {rnn: {units: 2}}]")
                        .model(),
                set("model.layers[+2].rnn.units=2", "model.layers[+1]={batchNorm: {activation: tanh}}")
                        .model());
        assertEquals(
                set("health.ignore=[clip-always, loss-spikes]").health(),
                set("health.ignore[+0]=loss-spikes", "health.ignore[+0]=clip-always")
                        .health());
        assertTrue(message("model.layers[+3]={gru: 8}").contains("model.layers[+i] with i from 0 to 2"));
    }

    @Test
    void pathsReachThroughShortFormsAndDefaults() {
        assertEquals(
                128,
                ((LayerSpec.Gru) set("model.layers[1].gru.units=128")
                                .model()
                                .layers()
                                .get(1))
                        .units());
        LayerSpec.Gru gru =
                (LayerSpec.Gru) set("model.layers[1].layers=2").model().layers().get(1);
        assertEquals(8, gru.units());
        assertEquals(2, gru.layers());
        assertEquals(
                LayerSpec.Lstm.class,
                set("model.layers[1].lstm=5").model().layers().get(1).getClass());
        assertEquals(
                0.5,
                set("training.updater.learningRate=0.5").training().updater().learningRate());
        assertEquals(
                new UpdaterSpec.Sgd(0.1),
                set("training.updater.sgd={}").training().updater());
        assertEquals(
                new UpdaterSpec.Sgd(0.3),
                set("training.updater.sgd.learningRate=0.3").training().updater());
        assertEquals(
                new ClipSpec.GlobalNorm(5),
                set("training.clip.globalNorm=5").training().clip());
        assertEquals(
                new ClipSpec.GlobalNorm(5),
                set("training.clip.maxNorm=5").training().clip());
        assertEquals(
                new ClipSpec.Value(5), set("training.clip.value=5").training().clip());
        assertEquals(
                4,
                set("training.earlyStopping.patience=4")
                        .training()
                        .earlyStopping()
                        .patience());
    }

    @Test
    void laterOnesWinAndBuildOnEarlierOnes() {
        RunSpec spec = set("training.updater=sgd", "training.updater.learningRate=2", "seed=1", "seed=2");
        assertEquals(new UpdaterSpec.Sgd(2), spec.training().updater());
        assertEquals(2, spec.seed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "training.epoch=3 | --set training.epoch: expected one of batch, | Did you mean epochs?",
                "trainin.epochs=3 | --set trainin.epochs: expected one of name, seed | Did you mean training?",
                "model.layers[2].gru.units=3 | expected model.layers[i] with i from 0 to 1 | The list has 2 entries.",
                "model.layers.gru=3 | expected model.layers[i] with i from 0 to 1 | got \"model.layers.gru\"",
                "model.layers[1].gru.unit=3 | --set model.layers[1].gru.unit | Did you mean units?",
                "data.pth=x | --set data.pth: expected one of path, sequenceLength | Did you mean path?",
                "seed.x=3 | expected seed to be the whole path | seed is a single value.",
                "training.epochs=x | --set training.epochs, key training.epochs: expected a whole number | got \"x\"",
                "training.epochs=0 | --set training.epochs, key training.epochs: expected epochs to be at least 1 | got 0",
                "training.clip={globalNorm: | --set training.clip: expected YAML | something else",
                "training.clip={globalNrm: 2} | --set training.clip, key training.clip | Did you mean globalNorm?",
                "training | --set training: expected key=value | training.epochs=3",
                "=3 | expected key=value | training.epochs=3",
                "model.layers[=3 | expected a key path | model.layers[1].gru.units",
                "a..b=3 | expected a key path | got \"a..b\"",
                "[0]=3 | expected a key path | got \"[0]\"",
                "seed= | --set seed, key seed: expected a whole number | got nothing",
                "data.path= | key data.path: expected a text | got nothing"
            })
    void mistakesSayWhichOptionAndWhatWouldDo(String override, String start, String more) {
        String message = message(override);
        assertTrue(message.contains(start), message);
        assertTrue(message.contains(more), message);
    }
}
