package org.steadygrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.steadygrad.data.Batches.assertRefused;

import java.util.List;
import org.junit.jupiter.api.Test;

class VocabularyTest {
    @Test
    void encodesAndDecodesCodePoints() {
        Vocabulary vocabulary = Vocabulary.fit("b\uD83D\uDE00a\n");
        assertEquals(4, vocabulary.size());
        int[] numbers = vocabulary.encode("\uD83D\uDE00ab\n", "text");
        assertArrayEquals(new int[] {3, 1, 2, 0}, numbers);
        assertEquals("\uD83D\uDE00ab\n", vocabulary.decode(numbers));
        assertEquals("", vocabulary.decode());
    }

    @Test
    void namesTheUnknownCharacter() {
        Vocabulary vocabulary = Vocabulary.fit("ab\n");
        assertRefused(
                () -> vocabulary.encode("ab\n\nba\uD83D\uDE00", "the prompt"),
                "the prompt, line 3, column 3",
                "U+1F600");
        assertRefused(() -> vocabulary.encode("\t", "the prompt"), "line 1, column 1", "control character", "U+0009");
    }

    @Test
    void refusesDamagedVocabularies() {
        for (List<String> damaged : List.of(List.<String>of(), List.of("a", "a"), List.of("ab"), List.of(""))) {
            assertRefused(() -> Vocabulary.of(new DataArtifact.Vocabulary(damaged)), "Vocabulary");
        }
    }
}
