package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.DataSpec.Transform;
import org.steadygrad.spec.RunSpec;

/** What a run of an earlier version left goes on as it began. */
class EarlierRunFilesTest {
    private static Transform transform(RunSpec run) {
        return run.data() instanceof DataSpec.Csv csv ? csv.transform() : ((DataSpec.Series) run.data()).transform();
    }

    @ParameterizedTest
    @ValueSource(strings = {"kind: csv, path: a.csv, target: [y]", "kind: series, path: a.ts"})
    void valuesWereLearnt(String data) {
        String yaml = "data: {" + data + ", task: forecasting}\nmodel: {layers: [{gru: {units: 2}}]}\n";
        RunSpec today = RunFiles.parse(yaml, "today", List.of());
        assertEquals(Transform.AUTO, transform(today));
        String saved = RunFiles.write(today);
        assertTrue(saved.contains("transform: auto"), saved);
        assertEquals(Transform.AUTO, transform(RunFiles.parseSaved(saved, "saved", List.of())));
        String earlier = saved.replaceAll(" +transform: auto\n", "");
        assertEquals(Transform.NONE, transform(RunFiles.parseSaved(earlier, "earlier", List.of())));
    }
}
