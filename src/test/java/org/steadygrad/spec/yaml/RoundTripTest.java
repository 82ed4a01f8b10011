package org.steadygrad.spec.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.spec.ClipSpec;
import org.steadygrad.spec.DataSpec;
import org.steadygrad.spec.GuardSpec;
import org.steadygrad.spec.LayerSpec;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.ScheduleSpec;
import org.steadygrad.spec.UpdaterSpec;

class RoundTripTest {
    @Test
    void whatIsWrittenIsReadAsTheSame() {
        RandomSpecs specs = new RandomSpecs(3);
        for (int i = 0; i < 200; i++) {
            RunSpec spec = specs.next();
            String text = RunFiles.write(spec);
            assertEquals(spec, RunFiles.parse(text, "written.yaml"), text);
            assertFalse(text.contains("&id"), "equal lists are written out: " + text);
        }
        for (Class<?> sealed : List.of(
                DataSpec.class,
                LayerSpec.class,
                UpdaterSpec.class,
                ScheduleSpec.class,
                ClipSpec.class,
                GuardSpec.class)) {
            assertTrue(
                    specs.made.containsAll(Schema.variants(sealed).values()), "not all variants were tried: " + sealed);
        }
    }

    @Test
    void writingFillsEveryDefaultInAndIsStable() {
        RunSpec spec = RunFiles.parse("data: adding\nmodel: {layers: [gru: 5]}\n", "a.yaml");
        String text = RunFiles.write(spec);
        assertEquals(text, RunFiles.write(RunFiles.parse(text, "b.yaml")));
        assertTrue(text.startsWith("name: run\nseed: 7\ndata:\n  adding:\n    length: 100\n"), text);
        assertTrue(text.contains("\n  clip:\n    globalNorm:\n      maxNorm: 1.0\n"), text);
        assertTrue(text.contains("\n  guard:\n    auto:\n      maxSkips: 5\n"), text);
        assertTrue(text.contains("recurrentInit: auto\n"), text);
        assertFalse(text.contains("iterations"), "what is absent is left out: " + text);
        assertFalse(text.contains("!!"), text);
    }
}
