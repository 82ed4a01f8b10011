package org.steadygrad.train;

import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.check.Check;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataArtifact;
import org.steadygrad.data.Vocabulary;
import org.steadygrad.engine.Engine;

/** Draws text from a character model, one character after the other. */
public final class TextGenerator {
    private final Engine engine;
    private final Vocabulary vocabulary;
    private final double temperature;
    private final SplittableRandom random;

    /**
     * @param temperature divides the log probabilities: below 1 more likely characters get likelier, above 1 the
     *     choice gets more even; 0 always takes the likeliest
     */
    public TextGenerator(Engine engine, DataArtifact artifact, double temperature, long seed) {
        if (!(artifact instanceof DataArtifact.Vocabulary saved)) {
            throw InvalidInputException.of(
                    "generate", "a model of text", "a model without a vocabulary", "Train one, for example char-gru.");
        }
        this.engine = engine;
        vocabulary = Vocabulary.of(saved);
        this.temperature = Check.nonNegative(temperature, "generate", "temperature");
        random = new SplittableRandom(seed);
    }

    /** What a text may begin after if nobody says so: a line break, or else a space, or else the vocabulary's first character. */
    public String defaultPrompt() {
        return Stream.of("\n", " ").filter(vocabulary::knows).findFirst().orElseGet(() -> vocabulary.decode(0));
    }

    /**
     * @param prompt what the text continues; not empty, of known characters
     * @param length number of characters to draw
     * @return the drawn characters, without the prompt
     */
    public String continueText(String prompt, int length) {
        Check.nonNegative(length, "generate", "length");
        int[] symbols = vocabulary.encode(prompt, "generate, prompt");
        if (symbols.length == 0) {
            throw InvalidInputException.of("generate", "a prompt of at least one character", prompt, "");
        }
        engine.clearState();
        double[] probabilities = last(engine.continueOutput(features(symbols)));
        int[] drawn = new int[length];
        for (int i = 0; i < length; i++) {
            drawn[i] = draw(probabilities);
            probabilities = last(engine.continueOutput(features(drawn[i])));
        }
        return vocabulary.decode(drawn);
    }

    private static INDArray features(int... symbols) {
        float[] values = new float[symbols.length];
        for (int i = 0; i < symbols.length; i++) {
            values[i] = symbols[i];
        }
        return Nd4j.createFromArray(values).reshape(1, 1, values.length);
    }

    /** Probabilities after the last step of an output [1, symbols, time]. */
    private static double[] last(INDArray output) {
        long time = output.size(2);
        double[] values = new double[(int) output.size(1)];
        INDArray exact = output.castTo(DataType.DOUBLE);
        for (int i = 0; i < values.length; i++) {
            values[i] = exact.getDouble(0, i, time - 1);
        }
        return values;
    }

    private int draw(double[] probabilities) {
        int likeliest = 0;
        for (int i = 0; i < probabilities.length; i++) {
            if (!Double.isFinite(probabilities[i])) {
                throw InvalidInputException.of(
                        "generate",
                        "probabilities of all characters",
                        probabilities[i] + " for \"" + vocabulary.decode(new int[] {i}) + "\"",
                        "Something in the model overflows: look at its weights, or train it anew.");
            }
            likeliest = probabilities[i] > probabilities[likeliest] ? i : likeliest;
        }
        if (temperature == 0) {
            return likeliest;
        }
        double[] weights = new double[probabilities.length];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            // Relative to the likeliest, so that no power underflows for all characters at once.
            weights[i] = Math.pow(probabilities[i] / probabilities[likeliest], 1 / temperature);
            sum += weights[i];
        }
        double point = random.nextDouble() * sum;
        for (int i = 0; i < weights.length; i++) {
            point -= weights[i];
            if (point < 0) {
                return i;
            }
        }
        return likeliest;
    }
}
