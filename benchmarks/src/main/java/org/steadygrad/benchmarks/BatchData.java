package org.steadygrad.benchmarks;

import java.util.Random;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The batch that all sides of a case train on.
 *
 * @param examples number of examples
 * @param steps time steps; 1 for models that don't read sequences
 * @param width numbers per example and step; 1 for symbols
 * @param features [step][example][number]
 * @param classCount number of classes
 * @param classes per step and example when every step is classified, else per example
 */
record BatchData(int examples, int steps, int width, float[] features, int classCount, int[] classes) {
    private static final long SEED = 20;

    static BatchData of(Workload workload) {
        if (workload instanceof Workload.Recurrent model) {
            int width = model.symbols() ? 1 : model.input();
            return random(model.batch(), model.steps(), width, model.classes(), model.symbols());
        }
        Workload.Dense model = workload instanceof Workload.Update update ? update.model() : (Workload.Dense) workload;
        return random(model.batch(), 1, model.width(), Workload.CLASSES, false);
    }

    private static BatchData random(int examples, int steps, int width, int classCount, boolean symbols) {
        Random random = new Random(SEED);
        float[] features = new float[examples * steps * width];
        for (int i = 0; i < features.length; i++) {
            features[i] = symbols ? random.nextInt(classCount) : (float) random.nextGaussian();
        }
        int[] classes = random.ints((long) examples * (symbols ? steps : 1), 0, classCount)
                .toArray();
        return new BatchData(examples, steps, width, features, classCount, classes);
    }

    boolean everyStepClassified() {
        return classes.length > examples;
    }

    /** The batch as DL4J takes it and as the product's data sources make it: [example, number, step], labels one-hot. */
    MultiDataSet toDl4j(boolean sequences) {
        float[] x = new float[features.length];
        for (int t = 0; t < steps; t++) {
            for (int b = 0; b < examples; b++) {
                for (int i = 0; i < width; i++) {
                    x[(b * width + i) * steps + t] = features[(t * examples + b) * width + i];
                }
            }
        }
        long[] shape = sequences ? new long[] {examples, width, steps} : new long[] {examples, width};
        return new MultiDataSet(Nd4j.create(x, shape, 'c'), oneHot());
    }

    private INDArray oneHot() {
        int labelled = classes.length / examples;
        float[] y = new float[classes.length * classCount];
        for (int t = 0; t < labelled; t++) {
            for (int b = 0; b < examples; b++) {
                y[(b * classCount + classes[t * examples + b]) * labelled + t] = 1;
            }
        }
        long[] shape =
                everyStepClassified() ? new long[] {examples, classCount, labelled} : new long[] {examples, classCount};
        return Nd4j.create(y, shape, 'c');
    }
}
