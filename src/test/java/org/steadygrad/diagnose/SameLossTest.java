package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class SameLossTest {
    private static final RunSpec CSV = RunFiles.parse(
            "{data: {kind: csv, path: x.csv, task: regression, target: [y]}, model: {layers: [dense: 3]}}",
            "test",
            List.of());

    private static boolean same(TargetKind target, String... changes) {
        return SameLoss.of(CSV, RunFiles.with(CSV, List.of(changes)), target);
    }

    @Test
    void scalingOneTargetLeavesTheShareOfGuessingAsItIs() {
        assertTrue(same(TargetKind.NUMBERS, "data.normalization=none"));
        assertTrue(same(TargetKind.NUMBERS_PER_STEP, "data.normalization=minMax"));
        assertFalse(same(TargetKind.NUMBERS, "data.normalization=none", "data.log=[y]"));
        RunSpec huber = RunFiles.with(CSV, List.of("model.layers[+1]={output: {loss: huber}}"));
        assertFalse(SameLoss.of(huber, RunFiles.with(huber, List.of("data.normalization=none")), TargetKind.NUMBERS));
        RunSpec two = RunFiles.with(CSV, List.of("data.target=[y, z]"));
        assertFalse(SameLoss.of(two, RunFiles.with(two, List.of("data.normalization=none")), TargetKind.NUMBERS));
        assertTrue(same(TargetKind.CLASS, "data.normalization=none"));
    }

    @Test
    void anotherLossOrOtherExamplesCannotBeCompared() {
        assertFalse(same(TargetKind.NUMBERS, "model.layers[+1]={output: {loss: meanAbsoluteError}}"));
        assertTrue(same(TargetKind.NUMBERS, "model.layers[+1]={output: {dropout: 0.1}}"));
        assertFalse(same(TargetKind.CLASS, "data.path=y.csv"));
        assertFalse(same(TargetKind.CLASS, "data.validation=0.5"));
        assertFalse(same(TargetKind.CLASS, "data=spirals"));
        assertTrue(same(TargetKind.NUMBERS, "training.batch=3", "training.weightDecay=0.1", "model.lsuv=true"));
    }
}
