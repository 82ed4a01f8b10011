package org.steadygrad.train;

import org.steadygrad.runlog.Gain;

/**
 * The losses of a part of the data in at most {@link Gain#MOST_BLOCKS} blocks of neighbouring rows. The same rows in the same order come
 * into the same blocks, whatever their losses, so that those of two models can be compared block by block.
 */
final class LossBlocks {
    private static final int MOST = Gain.MOST_BLOCKS;

    private final double[] losses = new double[MOST];
    private final double[] weights = new double[MOST];
    private int blocks;
    /** Rows in a block. */
    private long width = 1;
    /** Rows in the last block. */
    private long inLast;

    /**
     * @param weight of the row
     * @param loss of the row, multiplied by its weight
     */
    void add(double weight, double loss) {
        if (blocks == 0 || inLast == width) {
            if (blocks == MOST) {
                merge();
            }
            blocks++;
            inLast = 0;
        }
        weights[blocks - 1] += weight;
        losses[blocks - 1] += loss;
        inLast++;
    }

    private void merge() {
        for (int i = 0; i < MOST / 2; i++) {
            weights[i] = weights[2 * i] + weights[2 * i + 1];
            losses[i] = losses[2 * i] + losses[2 * i + 1];
        }
        for (int i = MOST / 2; i < MOST; i++) {
            weights[i] = 0;
            losses[i] = 0;
        }
        blocks = MOST / 2;
        width *= 2;
    }

    /** How much lower these losses are than others of the same rows. */
    Gain gainOver(LossBlocks others) {
        double weight = 0;
        double difference = 0;
        for (int i = 0; i < blocks; i++) {
            weight += weights[i];
            difference += others.losses[i] - losses[i];
        }
        double mean = difference / weight;
        double squares = 0;
        for (int i = 0; i < blocks; i++) {
            double off = others.losses[i] - losses[i] - mean * weights[i];
            squares += off * off;
        }
        double noise = blocks < 2 ? Double.NaN : Math.sqrt(squares * blocks / (blocks - 1)) / weight;
        return new Gain(mean, noise);
    }
}
