package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.steadygrad.spec.yaml.RunFiles;

class ModelNotesTest {
    private static List<String> notes(String layers) {
        return ModelNotes.of(RunFiles.parse("{data: {kind: adding}, model: {layers: [" + layers + "]}}", "run.yaml")
                .model());
    }

    @Test
    void ofTheLastStepTheReverseDirectionHasSeenOne() {
        List<String> notes =
                notes("gru: {units: 4}, lstm: {units: 3, direction: concat}, dropout: {rate: 0.1}, pool: last");
        assertEquals(1, notes.size());
        assertTrue(notes.get(0).startsWith("model.layers, layer 2 (lstm) reads both ways"), notes.get(0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gru: {units: 4, direction: concat}, pool: average",
                "gru: {units: 4}, pool: last",
                "gru: {units: 4, direction: add}, gru: {units: 4}, pool: last",
                "gru: {units: 4, direction: concat}"
            })
    void nothingIsSaidWhereBothDirectionsAreUsed(String layers) {
        assertEquals(List.of(), notes(layers));
    }
}
