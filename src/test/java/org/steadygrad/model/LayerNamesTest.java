package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class LayerNamesTest {
    private static RunSpec run(String layers) {
        return RunFiles.parse("{data: adding, model: {layers: [" + layers + "]}}", "test", List.of());
    }

    @Test
    void everyVertexOfANetworkLeadsToItsLayer() {
        RunSpec run = run(
                "embedding: 3, gru: {units: 3, layers: 2, direction: concat}, dense: 3, rnn: 3, pool: last,"
                        + " stack: {depth: 2, units: 3, batchNorm: true, residual: true}, batchNorm: {}, activation: tanh, dropout: 0.1, output");
        DataDescription data = new DataDescription(InputKind.SYMBOLS, 5, TargetKind.CLASS, 5, 7);
        Map<String, Integer> found = new TreeMap<>();
        new ModelBuilder(run, data, 1)
                .configuration()
                .getVertices()
                .keySet()
                .forEach(vertex ->
                        found.put(vertex, LayerNames.index(run.model(), vertex).orElse(-1)));
        assertEquals(
                Map.ofEntries(
                        Map.entry("embedding1", 0),
                        Map.entry("gru2-1", 1),
                        Map.entry("gru2-2", 1),
                        Map.entry("dense3-steps", 2),
                        Map.entry("dense3", 2),
                        Map.entry("rnn4-sequence", 3),
                        Map.entry("rnn4", 3),
                        Map.entry("pool5", 4),
                        Map.entry("stack6-1", 5),
                        Map.entry("stack6-1-norm", 5),
                        Map.entry("stack6-1-sum", 5),
                        Map.entry("stack6-2", 5),
                        Map.entry("stack6-2-norm", 5),
                        Map.entry("stack6-2-sum", 5),
                        Map.entry("batchNorm7", 6),
                        Map.entry("activation8", 7),
                        Map.entry("dropout9", 8),
                        Map.entry("output", 9)),
                found);
    }

    @Test
    void whatNoLayerAsksForLeadsNowhere() {
        RunSpec run = run("gru: 3");
        for (String vertex :
                List.of("output", "last", "oneHot", "output-sequence", "gru2", "lstm1", "gru0", "gru", "", "0")) {
            assertEquals(OptionalInt.empty(), LayerNames.index(run.model(), vertex), vertex);
        }
        assertEquals(OptionalInt.of(0), LayerNames.index(run.model(), "gru1"));
    }
}
