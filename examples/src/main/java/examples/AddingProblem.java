package examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Sequences of numbers, two of which are marked; to be found is their sum (Hochreiter and Schmidhuber 1997). Features are
 * [batch, 2, time], labels [batch, 1]. Whoever always says 1 has a mean squared error of 1/6.
 */
final class AddingProblem {
    private AddingProblem() {}

    static DataSetIterator of(int sequences, int length, int batch, long seed) {
        Random random = new Random(seed);
        List<DataSet> examples = new ArrayList<>();
        for (int i = 0; i < sequences; i++) {
            INDArray features = Nd4j.zeros(1, 2, length);
            for (int t = 0; t < length; t++) {
                features.putScalar(0, 0, t, random.nextFloat());
            }
            int first = random.nextInt(length / 2);
            int second = length / 2 + random.nextInt(length - length / 2);
            features.putScalar(0, 1, first, 1);
            features.putScalar(0, 1, second, 1);
            double sum = features.getDouble(0, 0, first) + features.getDouble(0, 0, second);
            examples.add(new DataSet(features, Nd4j.createFromArray(new float[][] {{(float) sum}})));
        }
        return new ListDataSetIterator<>(examples, batch);
    }
}
