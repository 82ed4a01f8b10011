package org.steadygrad.data;

import org.steadygrad.check.Check;

/**
 * What the batches of a source look like; the network's input and output layers follow from it.
 *
 * @param input kind of the features
 * @param inputSize number of features per step (vector); for {@link InputKind#SYMBOLS} the number of symbols
 * @param target kind of the labels
 * @param targetSize number of classes, keys or numbers
 * @param maxSteps longest sequence in steps; 1 for vectors
 * @param lag steps from an input to the label that depends on it, at the longest; null when it isn't known
 */
public record DataDescription(
        InputKind input, int inputSize, TargetKind target, int targetSize, int maxSteps, Integer lag) {

    /** Of data whose longest dependency isn't known. */
    public DataDescription(InputKind input, int inputSize, TargetKind target, int targetSize, int maxSteps) {
        this(input, inputSize, target, targetSize, maxSteps, null);
    }

    /** Shape and meaning of the features. */
    public enum InputKind {
        /** Symbol numbers as floats, [batch, 1, time]. */
        SYMBOLS,
        /** Numbers, [batch, inputSize, time]. */
        SEQUENCE,
        /** Numbers, [batch, inputSize]. */
        VECTOR
    }

    /** Shape and meaning of the labels. */
    public enum TargetKind {
        /** One of targetSize classes, one-hot [batch, targetSize]. */
        CLASS,
        /** One of targetSize classes at every step, one-hot [batch, targetSize, time]. */
        CLASS_PER_STEP,
        /** Any subset of targetSize keys at every step, 0 or 1, [batch, targetSize, time]. */
        KEYS_PER_STEP,
        /** Numbers, [batch, targetSize]. */
        NUMBERS,
        /** Numbers at every step, [batch, targetSize, time]. */
        NUMBERS_PER_STEP;

        /** Whether there is a label for each time step, not one for each sequence. */
        public boolean perStep() {
            return this == CLASS_PER_STEP || this == KEYS_PER_STEP || this == NUMBERS_PER_STEP;
        }
    }

    public DataDescription {
        Check.notNull(input, "DataDescription", "input");
        Check.positive(inputSize, "DataDescription", "inputSize");
        Check.notNull(target, "DataDescription", "target");
        Check.positive(targetSize, "DataDescription", "targetSize");
        Check.positive(maxSteps, "DataDescription", "maxSteps");
        if (lag != null) {
            Check.positive(lag, "DataDescription", "lag");
        }
    }
}
