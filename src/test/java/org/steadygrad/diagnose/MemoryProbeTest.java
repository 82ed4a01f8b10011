package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryProbeTest {
    private static final String EVERY_STEP = "data={kind: copyMemory, delay: 20, symbols: 3, examples: 40}";

    private static List<MemoryReach> measure(Subjects subject) {
        return new MemoryProbe(
                        subject.inDouble(),
                        subject.batch(),
                        subject.run().health().time(),
                        subject.data().description().lag())
                .measure();
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.01", "0.9, 0.01", "1, 0.01", "1.3, 0.01"})
    void aLinearLayerKeepsTheScaleOfItsOrthogonalMatrix(double scale, double tolerance) {
        Subjects subject = Subjects.of(Subjects.RECURRENT, "model.layers[0].rnn.activation=identity");
        subject.model().getLayer("rnn1").getParam("RW").muli(scale);
        MemoryReach reach = measure(subject).get(0);
        assertEquals(30, reach.length());
        assertEquals(30, reach.steps().size());
        assertEquals(scale, reach.factor(), tolerance * scale);
        assertEquals(scale, reach.predicted(), tolerance * scale);
        assertEquals(scale, reach.product(), tolerance * scale);
        assertEquals(28 - 2, reach.lag() - 0);
        // 0.5^6 > 0.01 > 0.5^7, 0.9^29 > 0.01
        assertEquals(scale < 0.9 ? 7 : 30, reach.horizon());
    }

    @ParameterizedTest
    @CsvSource({"tanh, 0.7", "tanh, 1", "sigmoid, 2", "softsign, 1"})
    void slopesCountInTheFactor(String activation, double scale) {
        Subjects subject = Subjects.of(Subjects.RECURRENT, "model.layers[0].rnn.activation=" + activation);
        subject.model().getLayer("rnn1").getParam("RW").muli(scale);
        MemoryReach reach = measure(subject).get(0);
        assertTrue(reach.predicted() < 0.99 * scale, reach::toString);
        assertEquals(1, reach.product() / reach.factor(), 0.05, reach::toString);
        assertEquals(1, reach.predicted() / reach.factor(), 0.15, reach::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gru", "lstm", "rnn"})
    void ofALossAtEveryStepOnlyTheLastOnesGradientIsFollowed(String cell) {
        Subjects subject = Subjects.of(Subjects.RECURRENT, EVERY_STEP, "model.layers=[" + cell + ": {units: 9}]");
        MemoryReach reach = measure(subject).get(0);
        assertEquals(26, reach.length());
        assertEquals(23, reach.lag());
        assertEquals(0, reach.steps().get(0));
        assertTrue(reach.norms().get(25) < 0.1 * reach.norms().get(0), reach::toString);
        assertTrue(reach.factor() < 0.95 && reach.factor() > 0.2, reach::toString);
    }

    @Test
    void theForgetGateTellsHowMuchIsKept() {
        Subjects low = Subjects.of(Subjects.RECURRENT, "model.layers[0]=lstm: {units: 9, forgetBias: 0}");
        Subjects high = Subjects.of(Subjects.RECURRENT, "model.layers[0]=lstm: {units: 9, forgetBias: 4}");
        MemoryReach forgets = measure(low).get(0);
        MemoryReach keeps = measure(high).get(0);
        assertEquals(0.5, forgets.predicted(), 1e-6);
        assertEquals(1 / (1 + Math.exp(-4)), keeps.predicted(), 1e-6);
        assertEquals(1, keeps.factor() / keeps.predicted(), 0.05, keeps::toString);
        assertTrue(keeps.horizon() > forgets.horizon());
    }

    @Test
    void bothDirectionsAreFollowedFromTheirOwnEnds() {
        Subjects subject = Subjects.of(
                Subjects.RECURRENT,
                EVERY_STEP,
                "model.layers=[rnn: {units: 9, activation: identity, recurrentInit: orthogonal, direction: concat}]");
        subject.model().getLayer("rnn1").getParam("fRW").muli(0.8);
        subject.model().getLayer("rnn1").getParam("bRW").muli(1.1);
        List<MemoryReach> reaches = measure(subject);
        assertEquals(
                List.of("forward", "backward"),
                reaches.stream().map(MemoryReach::direction).toList());
        assertEquals(0.8, reaches.get(0).factor(), 0.01);
        assertEquals(0.8, reaches.get(0).product(), 0.01);
        assertEquals(1.1, reaches.get(1).factor(), 0.01);
        assertEquals(1.1, reaches.get(1).predicted(), 0.01);
    }

    @Test
    void networksWithoutStateHaveNoMemory() {
        Subjects subject = Subjects.of(Subjects.STACK);
        assertEquals(List.of(), measure(subject));
        assertNull(subject.data().description().lag());
    }
}
