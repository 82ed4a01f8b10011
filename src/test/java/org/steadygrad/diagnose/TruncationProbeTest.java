package org.steadygrad.diagnose;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TruncationProbeTest {
    private static final String LINEAR =
            "model.layers=[rnn: {units: 9, activation: identity, recurrentInit: orthogonal}]";

    private static Optional<Truncation> measure(double scale, String... changes) {
        String[] all = new String[changes.length + 2];
        all[0] = "data={kind: copyMemory, delay: 20, symbols: 3, examples: 40}";
        all[1] = LINEAR;
        System.arraycopy(changes, 0, all, 2, changes.length);
        Subjects subject = Subjects.of(Subjects.RECURRENT, all);
        subject.model().getLayer("rnn1").getParam("RW").muli(scale);
        return new TruncationProbe(subject.inDouble(), subject.batch())
                .measure(subject.model(), subject.run().health().time());
    }

    @Test
    void whereTheGradientLastsTheWindowIsTooShort() {
        Truncation truncation = measure(1, "training.truncatedBptt=4").orElseThrow();
        assertEquals(26, truncation.length());
        assertEquals(
                List.of(4, 8, 16),
                truncation.comparisons().stream()
                        .map(Truncation.Comparison::steps)
                        .toList());
        assertEquals(26, truncation.comparisons().get(2).doubled());
        assertTrue(truncation.tooShort());
        assertEquals(26, truncation.enough());
        Truncation.Comparison first = truncation.comparisons().get(0);
        assertTrue(first.change() > 0.25, first::toString);
        assertEquals(
                List.of("rnn1_W", "rnn1_RW", "rnn1_b", "output_W", "output_b"),
                first.parameters().stream().map(Truncation.Parameter::name).toList());
        // nothing of the output layer's gradient passes through time
        assertEquals(1, first.parameters().get(3).cosine(), 1e-9);
        assertEquals(1, first.parameters().get(3).growth(), 1e-9);
        assertTrue(first.parameters().get(1).growth() > 1.1, first::toString);
    }

    @Test
    void whereTheGradientIsGoneTheWindowIsLongEnough() {
        Truncation truncation = measure(0.05, "training.truncatedBptt=4").orElseThrow();
        assertFalse(truncation.tooShort());
        assertEquals(4, truncation.enough());
        assertTrue(truncation.comparisons().get(0).cosine() > 0.99);
        assertEquals(1, truncation.comparisons().get(1).growth(), 0.05);
    }

    @Test
    void theGradientOfOneWindowIsThatOfTheWholeSequence() {
        Truncation truncation = measure(1, "training.truncatedBptt=25").orElseThrow();
        assertEquals(1, truncation.comparisons().size());
        assertEquals(26, truncation.comparisons().get(0).doubled());
        assertEquals(Optional.empty(), measure(1, "training.truncatedBptt=26"));
        assertEquals(Optional.empty(), measure(1));
    }
}
