package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

class InitialisationRulesTest {
    private final InitialisationRules rules = new InitialisationRules(RunFiles.defaults(HealthSpec.class));

    private static StepTrace stack(int depth, double factor, double saturated, int saturatedLayers) {
        List<LayerTrace> layers = new ArrayList<>();
        for (int d = 1; d <= depth; d++) {
            double share = d <= saturatedLayers ? saturated : 0;
            layers.add(new LayerTrace("dense" + d, d, "tanh", 1, 0, Math.pow(factor, d), share, 0));
        }
        layers.add(new LayerTrace("output", depth + 1, "tanh", 1, 0, 1e-9, 1, 0));
        return new StepTrace(layers, List.of(), Optional.empty());
    }

    private List<String> told(StepTrace trace) {
        return rules.look(trace).stream().map(f -> f.severity() + " " + f.id()).toList();
    }

    @Test
    void signalThatKeepsItsScaleIsWellInitialised() {
        assertEquals(List.of(), told(stack(33, 1, 0, 0)));
        assertEquals(List.of(), told(stack(33, 0.9, 0, 0)));
        assertEquals(List.of(), told(stack(3, 0.01, 0, 0)));
    }

    @Test
    void signalThatShrinksOrGrowsIsNot() {
        assertEquals(List.of("WARNING poor-initialisation"), told(stack(7, 0.5, 0, 0)));
        assertEquals(List.of("ERROR poor-initialisation"), told(stack(17, 0.5, 0, 0)));
        assertEquals(List.of("WARNING poor-initialisation"), told(stack(7, 2, 0, 0)));
        assertEquals(List.of("ERROR poor-initialisation"), told(stack(17, 2, 0, 0)));
    }

    @Test
    void layersAtTheirBoundsMeanTheSameWhenTheyAreMany() {
        assertEquals(List.of(), told(stack(8, 1, 0.6, 4)));
        assertEquals(List.of("WARNING poor-initialisation"), told(stack(8, 1, 0.6, 5)));
        assertEquals(List.of("ERROR poor-initialisation"), told(stack(8, 1, 0.6, 8)));
        assertEquals(List.of(), told(stack(8, 1, 0.4, 8)));
    }

    @Test
    void aNetworkWithoutHiddenLayersHasNothingToScale() {
        assertEquals(List.of(), told(stack(0, 1, 0, 0)));
        assertEquals(List.of(), rules.look(new StepTrace(List.of(), List.of(), Optional.empty())));
    }
}
