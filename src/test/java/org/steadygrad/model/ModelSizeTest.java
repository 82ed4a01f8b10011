package org.steadygrad.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.InputKind;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.spec.RunSpec;
import org.steadygrad.spec.yaml.RunFiles;

class ModelSizeTest {
    private static ModelBuilder model(String layers) {
        RunSpec run = RunFiles.parse(
                "data: {kind: adding, length: 4}\nmodel: {layers: [" + layers + "]}\ntraining: {iterations: 1}", "x");
        return new ModelBuilder(run, new DataDescription(InputKind.SEQUENCE, 2, TargetKind.NUMBERS, 1, 4), 1);
    }

    @ParameterizedTest
    @CsvSource({
        "'gru: {units: 7, layers: 2, direction: concat}'",
        "'lstm: {units: 5}, batchNorm: {}'",
        "'rnn: {units: 3}, dense: {units: 9}'"
    })
    void theNumberOfParametersIsThatOfTheModel(String layers) {
        ModelBuilder builder = model(layers);
        assertEquals(
                builder.build().numParams(),
                ModelSize.of(builder.configuration()).parameters());
    }

    @ParameterizedTest
    @CsvSource({
        "'lstm: {units: 60000}', 'got 14,400,780,001'",
        "'gru: {units: 100000, layers: 3}', 'got 150,00'",
        "'stack: {depth: 100000000, units: 8}', 'got 100,000,000'",
        "'dense: {units: 2000000000}, dense: {units: 2000000000}', 'got 4,000,000,0'"
    })
    void whatCantBeHeldIsRefusedBeforeAnyOfItIsMade(String layers, String got) {
        InvalidInputException e = assertTimeoutPreemptively(
                Duration.ofSeconds(20), () -> assertThrows(InvalidInputException.class, model(layers)::build));
        assertTrue(e.getMessage().contains(got), e.getMessage());
    }

    @Test
    void theLimitIsWhatArraysMayTake() {
        ModelSize size = new ModelSize(1_000_000, 2_000_000);
        size.check(24_000_000, 4);
        InvalidInputException e = assertThrows(InvalidInputException.class, () -> size.check(23_999_999, 4));
        assertTrue(e.getMessage().contains("1,000,000 parameters"), e.getMessage());
        ModelSize.checkLayers(List.of(), 0);
    }
}
