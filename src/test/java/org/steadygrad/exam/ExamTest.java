package org.steadygrad.exam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small form of the exam, with every fourth family, or all of them. */
class ExamTest {
    private static final double LEAST = 0.85;

    @TempDir
    Path folder;

    private void passed(int firstSeed, int seeds, int step) {
        List<String> families = List.copyOf(Examination.families().keySet());
        Examination examination = new Examination(folder);
        List<Answer> answers = new ArrayList<>();
        for (int seed = firstSeed; seed < firstSeed + seeds; seed++) {
            for (int i = 0; i < families.size(); i += step) {
                answers.add(examination.train(Examination.draw(families.get(i), seed), step == 1));
            }
        }
        List<Answer> sure = answers.stream().filter(a -> !a.doubtful()).toList();
        String table = Exam.table(answers);
        assertTrue(Score.sensitivity(sure).share() >= LEAST, table);
        assertTrue(Score.specificity(sure).share() >= LEAST, table);
        assertTrue(Score.precision(sure).share() >= LEAST, table);
        assertTrue(Score.advice(sure).share() >= LEAST, table);
    }

    @Test
    void aFewCasesAreToldApart() {
        passed(100, 1, 4);
    }

    @Test
    @Tag("slow")
    void aHundredCasesAreToldApart() {
        passed(200, 2, 1);
    }

    /** Wilson 1927, checked with statsmodels' proportion_confint(19, 20, method="wilson"). */
    @Test
    void intervalsAreWilsons() {
        assertEquals(0.7639, new Score(19, 20).low(), 1e-4);
        assertEquals(0.9911, new Score(19, 20).high(), 1e-4);
    }

    @Test
    void theSameSeedDrawsTheSameCase() {
        Examination.families()
                .keySet()
                .forEach(family -> assertEquals(Examination.draw(family, 5), Examination.draw(family, 5), family));
    }
}
