package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.runlog.Finding;
import org.steadygrad.runlog.Severity;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class CandidateTest {
    private static final RunSpec RUN = RunFiles.parse(
            "{data: spirals, model: {layers: [stack: {depth: 7, units: 3, activation: sigmoid}]}}", "test", List.of());
    private static final DataDescription DATA = new DataDescription(InputKind.VECTOR, 2, TargetKind.CLASS, 3, 1);

    private static Finding finding(String id, Severity severity) {
        return new Finding(id, severity, "stack1-1", 1, 3, "It is so.", Map.of(), List.of());
    }

    @Test
    void kindsOfFindingsTakeTurns() {
        List<Candidate> candidates = Candidate.of(
                RUN,
                Candidate.original(RUN),
                List.of(
                        finding("vanishing-gradient", Severity.ERROR),
                        finding("vanishing-gradient", Severity.WARNING),
                        finding("clip-always", Severity.INFO),
                        finding("learning-rate-too-low", Severity.WARNING)),
                DATA);
        assertEquals("batch norm before the activations", candidates.get(0).name());
        assertEquals("learning rate 0.01", candidates.get(1).name());
        assertEquals("residual connections", candidates.get(2).name());
        assertEquals(
                candidates.size(),
                candidates.stream().map(Candidate::run).distinct().count());
        candidates.forEach(c -> assertEquals(c.run(), RunFiles.with(RUN, c.changes())));
    }

    @Test
    void changesThatLaterOnesUndoAreLeftOut() {
        Candidate first = Candidate.original(RUN)
                .plus(RUN, "ReLU", List.of("model.layers[0].stack.activation=relu", "model.lsuv=true"))
                .orElseThrow();
        Candidate second = first.plus(RUN, "leaky", List.of("model.layers[0].stack.activation=leakyRelu"))
                .orElseThrow();
        assertEquals(List.of("model.lsuv=true", "model.layers[0].stack.activation=leakyRelu"), second.changes());
        assertEquals("ReLU + leaky", second.name());
        assertTrue(second.plus(RUN, "nonsense", List.of("model.layers[0].stack.depth=0"))
                .isEmpty());
    }
}
