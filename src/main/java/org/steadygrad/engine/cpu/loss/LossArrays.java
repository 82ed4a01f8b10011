package org.steadygrad.engine.cpu.loss;

/**
 * Some rows of what a loss works on.
 *
 * @param logits what the activation function was applied to; nothing where the loss doesn't look at it
 * @param output of the activation function
 * @param labels as many, or one for each row
 * @param gradient of the loss
 * @param mask the numbers that go with the rows or elements
 */
record LossArrays(float[] logits, float[] output, float[] labels, float[] gradient, float[] mask) {

    /** With room for that many elements each. */
    static LossArrays of(int length) {
        return new LossArrays(
                new float[length], new float[length], new float[length], new float[length], new float[length]);
    }
}
