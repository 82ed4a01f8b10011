package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.train.Evaluation.Confusion;
import org.steadygrad.train.Evaluation.Confusion.ClassScores;

class EvaluationTest {
    /**
     * {@code precision_recall_fscore_support(list("aabbbccdaab"), list("abbbccadaab"), zero_division=0)} of scikit-learn 1.8; a
     * class that is neither in the labels nor among the predictions has no scores.
     */
    @Test
    void scoresAreThoseOfScikitLearn() {
        double[][] counts = {{3, 1, 0, 0, 0}, {0, 3, 1, 0, 0}, {1, 0, 1, 0, 0}, {0, 0, 0, 1, 0}, {0, 0, 0, 0, 0}};
        List<ClassScores> scores = new Confusion(List.of("a", "b", "c", "d", "e"), counts).scores();
        assertEquals(
                List.of(
                        new ClassScores("a", 0.75, 0.75, 0.75, 4),
                        new ClassScores("b", 0.75, 0.75, 0.75, 4),
                        new ClassScores("c", 0.5, 0.5, 0.5, 2),
                        new ClassScores("d", 1, 1, 1, 1)),
                scores);
    }

    /** The same of {@code list("aabbb"), list("aacbb")}: "c" is among the predictions only. */
    @Test
    void whatIsNeverRightHasScoresOfZero() {
        double[][] counts = {{2, 0, 0}, {0, 2, 1}, {0, 0, 0}};
        List<ClassScores> scores = new Confusion(List.of("a", "b", "c"), counts).scores();
        assertEquals(new ClassScores("a", 1, 1, 1, 2), scores.get(0));
        assertEquals(new ClassScores("b", 1, 2.0 / 3, 0.8, 3), scores.get(1));
        assertEquals(new ClassScores("c", 0, 0, 0, 0), scores.get(2));
    }
}
