package org.steadygrad.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.steadygrad.data.series.numpy.NamedArrays;
import org.steadygrad.exchange.ForeignModel;
import org.steadygrad.exchange.ModelFiles;
import org.steadygrad.exchange.Models;
import org.steadygrad.exchange.graph.GraphEvaluator;
import org.steadygrad.exchange.graph.Tensor;

/** A file of Keras by way of the commands. */
class ImportCommandTest {
    private static final String FILES = ModelFiles.folder("keras.dir", "keras") + "/";

    @TempDir
    private Path folder;

    @Test
    void anImportedModelPredictsAndIsTheSameAsItsFile() throws IOException {
        Tensor x = new Tensor(
                new int[] {2, 5, 2},
                new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1, -1, 0.5, 2, -1, -1, 1, 0, -1, -1});
        Path arrays = folder.resolve("x.npz");
        try (OutputStream out = Files.newOutputStream(arrays)) {
            ForeignArrays.write(Map.of("any", x), out);
        }
        String file = FILES + "masked.keras";
        String imported = folder.resolve("imported").toString();
        assertEquals(0, Main.execute("import", file, "--out", imported, "--report"));
        assertEquals(2, Main.execute("import", file, "--out", imported), "the model is there already");
        Path y = folder.resolve("y.npz");
        assertEquals(0, Main.execute("predict", imported, "--data", arrays.toString(), "--out", y.toString()));
        ForeignModel model = Models.read(Path.of(file));
        Map<String, NamedArrays.Numbers> got = NamedArrays.read(y);
        new GraphEvaluator(model.graph())
                .outputs(Map.of(model.graph().inputs().get(0).name(), x))
                .forEach((name, right) -> {
                    assertArrayEquals(right.shape(), got.get(name).shape());
                    assertArrayEquals(right.values(), got.get(name).numbers(), 1e-6);
                });
        String inputs = arrays.toString();
        assertEquals(0, Main.execute("check", file, imported, "--inputs", inputs));
        assertEquals(1, Main.execute("check", file, FILES + "backwards.keras", "--inputs", inputs));
        assertEquals(1, Main.execute("check", FILES + "plain.keras", FILES + "cells.keras", "--inputs", inputs));
    }

    @Test
    void weightsAloneTakeTheirLayersFromAnotherModel() {
        String weights = FILES + "alone.weights.h5";
        String out = folder.resolve("imported").toString();
        assertEquals(1, Main.execute("import", weights, "--out", out));
        assertEquals(1, Main.execute("import", weights, "--like", FILES + "plain.keras", "--out", out));
    }

    @Test
    void aModelOfKerasIsWrittenAsOnnxAndIsTheSame() throws IOException {
        Path onnx = folder.resolve("model.onnx");
        assertEquals(0, Main.execute("export", FILES + "plain.keras", onnx.toString()));
        assertEquals(
                0,
                Models.difference(
                        Models.read(Path.of(FILES + "plain.keras")).graph(),
                        Models.read(onnx).graph()),
                1e-6);
        Path keras = folder.resolve("model.keras");
        assertEquals(0, Main.execute("export", onnx.toString(), keras.toString()));
        assertEquals(
                0,
                Models.difference(Models.read(onnx).graph(), Models.read(keras).graph()),
                1e-6);
        assertEquals(
                1,
                Main.execute(
                        "export", onnx.toString(), folder.resolve("model.h5").toString()));
        assertFalse(Files.exists(folder.resolve("model.h5")));
        assertEquals(2, Main.execute("export", FILES + "plain.keras", onnx.toString()), "it is there already");
    }

    @Test
    void anImportedModelIsWrittenAgain() {
        String imported = folder.resolve("imported").toString();
        String onnx = folder.resolve("again.onnx").toString();
        assertEquals(0, Main.execute("import", FILES + "plain.keras", "--out", imported));
        assertEquals(0, Main.execute("export", imported, onnx));
        assertEquals(
                0,
                Models.difference(
                        Models.read(Path.of(FILES + "plain.keras")).graph(),
                        Models.read(Path.of(onnx)).graph()),
                1e-6);
        assertEquals(2, Main.execute("export", imported, onnx, "--force", "--check"), "no run, so nothing predicts");
    }
}
