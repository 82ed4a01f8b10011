package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.steadygrad.report.LearningVerdict.Tone;
import org.steadygrad.runlog.Baseline;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.runlog.Gain;

/** A loss that fell is good news only where guessing does worse. */
class LearningVerdictTest {
    private static final Baseline MEAN = new Baseline("guessing the mean", 0.17, Map.of("loss", 0.167));

    /** Of a run whose loss fell from 1 to a value. */
    private static LearningVerdict verdict(double last, Baselines baselines, Gain gain, boolean underWay) {
        Learning learning = new Learning();
        double[] losses = new double[200];
        for (int i = 0; i < losses.length; i++) {
            losses[i] = i < 50 ? 1 - (1 - last) * i / 50 : last;
            // what training minimises is a sum over 7 steps
            learning.take(SampleRun.step(i + 1, 7 * losses[i], losses[i]));
        }
        return LearningVerdict.of(learning, losses, List.of(), baselines, gain, underWay);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "0.06   | 0.01 | GOOD  | It learned: the training loss fell from 0.964 to 0.100; the validation loss is 0.107, guessing the mean gives 0.167.",
                "0.012  | 0.01 | MIXED | It is not clearly better than guessing the mean: the validation loss is 0.155, guessing the mean gives 0.167, and the difference is within its noise.",
                "-0.002 | 0.01 | BAD   | It is no better than guessing the mean: the validation loss is 0.169, guessing the mean gives 0.167.",
                "-2     | 0.01 | BAD   | It is worse than guessing the mean: the validation loss is 2.17, guessing the mean gives 0.167.",
                "0.06   | NaN  | MIXED | It is not clearly better than guessing the mean: the validation loss is 0.107, guessing the mean gives 0.167, and how certain that is can't be told."
            })
    void goodIsWhatBeatsGuessing(double gain, double noise, Tone tone, String title) {
        LearningVerdict verdict = verdict(0.1, new Baselines(List.of(MEAN)), new Gain(gain, noise), false);
        assertEquals(title, verdict.title());
        assertEquals(tone, verdict.tone());
    }

    @Test
    void withoutValidationNothingIsCalledGood() {
        Baselines baselines = new Baselines(List.of(new Baseline("guessing the mean", 0.17, Map.of())));
        LearningVerdict better = verdict(0.1, baselines, Gain.UNKNOWN, false);
        assertEquals(Tone.MIXED, better.tone());
        assertEquals(
                "It learned: the training loss fell from 0.964 to 0.100; guessing the mean gives 0.170; without a validation part"
                        + " nothing tells what that is worth on other data.",
                better.title());
        LearningVerdict worse = verdict(0.18, baselines, Gain.UNKNOWN, false);
        assertEquals(Tone.BAD, worse.tone());
        assertEquals(
                "It is no better than guessing the mean: the training loss is 0.180, guessing the mean gives 0.170.",
                worse.title());
    }

    @Test
    void beforeTheFirstValidationItIsSaid() {
        LearningVerdict verdict = verdict(0.1, new Baselines(List.of(MEAN)), Gain.UNKNOWN, true);
        assertEquals(Tone.MIXED, verdict.tone());
        assertEquals(
                "So far it learned: the training loss fell from 0.964 to 0.100; guessing the mean gives 0.170; nothing was"
                        + " validated yet.",
                verdict.title());
    }

    @Test
    void runsOfEarlyVersionsKnowNoBaselines() {
        assertEquals(
                Tone.GOOD, verdict(0.1, Baselines.NONE, Gain.UNKNOWN, false).tone());
    }
}
