package org.steadygrad.benchmarks;

import org.nd4j.linalg.activations.Activation;

/** What one case computes: the model, the loss and the shapes, the same for every side of the comparison. */
sealed interface Workload {
    /** Number of classes of models whose labels are one class per example. */
    int CLASSES = 10;

    /** Multiplications (each with its addition) of the matrix products of one forward pass. */
    long forwardProducts();

    /**
     * Floating-point operations of a step by the usual rule: two per multiplication and addition forward, and twice that
     * backward. The product that yields the gradient of the model's input is counted although nobody needs it.
     */
    default double stepOperations() {
        return 6.0 * forwardProducts();
    }

    /** Relative difference that rounding may make between two sides' losses and gradients. */
    default double tolerance() {
        return 1e-3;
    }

    /**
     * Recurrent layers and a linear layer with softmax cross-entropy. With a vocabulary, the input is symbols, which are
     * embedded, and every step is classified among the vocabulary; else the input is numbers, and the sequence's last step
     * is classified among {@link #CLASSES}.
     *
     * @param vocabulary number of symbols; 0 for numbers as input
     * @param steps length of the sequences
     * @param batch number of sequences
     * @param input features per step, or size of the embedding
     * @param hidden units per layer and direction
     */
    record Recurrent(
            Cell cell, int layers, boolean bidirectional, int vocabulary, int steps, int batch, int input, int hidden)
            implements Workload {

        boolean symbols() {
            return vocabulary > 0;
        }

        int classes() {
            return symbols() ? vocabulary : CLASSES;
        }

        int directions() {
            return bidirectional ? 2 : 1;
        }

        /** Width of what a layer reads. */
        int inputOf(int layer) {
            return layer == 0 ? input : hidden * directions();
        }

        @Override
        public long forwardProducts() {
            long perStep = 0;
            for (int layer = 0; layer < layers; layer++) {
                perStep += (long) directions() * cell.gates() * hidden * (inputOf(layer) + hidden);
            }
            long output = (long) hidden * directions() * classes() * (symbols() ? steps : 1);
            return batch * (steps * perStep + output);
        }
    }

    /**
     * Blocks of linear, batch norm (or none), activation, sum with the block's input (or none), then a linear layer with
     * softmax cross-entropy among {@link #CLASSES}. The input is as wide as the blocks.
     */
    record Dense(int depth, int width, int batch, Activation activation, boolean batchNorm, boolean residual)
            implements Workload {
        @Override
        public long forwardProducts() {
            return (long) batch * width * ((long) depth * width + CLASSES);
        }

        /**
         * Without sums, batch norm makes gradients, and with them differences, grow by about 1.2 per block (Yang et al.
         * 2019, arXiv 1902.08129): at depth 100 rounding alone makes other results, and nothing can be compared.
         */
        @Override
        public double tolerance() {
            return batchNorm && !residual ? 1e-3 * Math.pow(1.1, depth) : 1e-3;
        }
    }

    /** Statistics, clipping and Adam alone, on the parameters of a model; its gradients aren't timed. */
    record Update(Dense model) implements Workload {
        @Override
        public long forwardProducts() {
            return 0;
        }
    }

    /** One product of two square matrices: what the machine can do. */
    record Product(int size) implements Workload {
        @Override
        public long forwardProducts() {
            return (long) size * size * size;
        }

        @Override
        public double stepOperations() {
            return 2.0 * forwardProducts();
        }
    }
}
