package org.steadygrad.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.spec.yaml.RunFiles;

/** Rows of a table are examples, not time steps, for a model that doesn't read along time. */
class SingleRowsTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "usual",
            delimiter = '|',
            value = {
                "task: regression | dense: {units: 2} | 1",
                "task: classification | stack: {units: 2, depth: 3} | 1",
                "task: regression | gru: {units: 2} | usual",
                "task: regression | pool: max | usual",
                "task: regression, window: 5 | dense: {units: 2} | 5",
                "task: regression, sequence: s | dense: {units: 2} | usual",
                "task: forecasting | dense: {units: 2} | usual",
                "task: tagging | dense: {units: 2} | usual"
            })
    void windowOfOneRow(String data, String layer, Integer window) {
        RunSpec run = RunFiles.parse(
                "data: {kind: csv, path: a.csv, target: y, " + data + "}\nmodel: {layers: [" + layer + "]}\n",
                "a.yaml",
                List.of());
        assertEquals(window, ((DataSpec.Csv) run.data()).window());
    }
}
