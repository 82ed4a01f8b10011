package org.steadygrad.train;

import java.util.Map;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/** A loss that is no sum of a formula over rows, as its class computes it in double. */
record Dl4jLoss(ILossFunction function, IActivation activation) implements OutputLoss {
    @Override
    public ScoredRows outputs(ScoredRows rows) {
        return OutputLoss.activated(rows, activation);
    }

    @Override
    public void addTo(Sink sum, ScoredRows rows) {
        if (rows.byElement()) {
            INDArray labels = table(rows.labels(), rows.size());
            INDArray values = table(rows.values(), rows.size());
            INDArray mask = elementWeights(rows, labels, values);
            sum.add(function.computeScore(labels, values, activation, mask, false));
            sum.row(weight(rows));
            return;
        }
        // not by a mask of weights, of which some of DL4J's losses take the square
        for (Map.Entry<Double, ScoredRows> group : rows.byWeight().entrySet()) {
            ScoredRows alike = group.getValue();
            INDArray labels = table(alike.labels(), alike.labels().length / alike.count());
            INDArray values = table(alike.values(), alike.size());
            sum.add(group.getKey() * function.computeScore(labels, values, activation, null, false));
            sum.row(weight(alike));
        }
    }

    private static double weight(ScoredRows rows) {
        double sum = 0;
        for (int row = 0; row < rows.count(); row++) {
            sum += rows.weight(row);
        }
        return sum;
    }

    @Override
    public OutputLoss ofGiven() {
        return new Dl4jLoss(function, new ActivationIdentity());
    }

    /** Elements without weight become 0, for what they hold must not count, not even NaN. */
    private static INDArray elementWeights(ScoredRows rows, INDArray labels, INDArray values) {
        INDArray weights = Nd4j.zeros(values.dataType(), values.shape());
        for (int row = 0; row < rows.count(); row++) {
            for (int i = 0; i < rows.size(); i++) {
                weights.putScalar(row, i, rows.weight(row, i));
                if (rows.weight(row, i) == 0) {
                    labels.putScalar(row, i, 0);
                    values.putScalar(row, i, 0);
                }
            }
        }
        return weights;
    }

    static INDArray table(double[] numbers, int width) {
        return Nd4j.createFromArray(numbers).reshape('c', numbers.length / width, width);
    }
}
