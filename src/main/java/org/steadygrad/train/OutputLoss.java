package org.steadygrad.train;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription;
import org.steadygrad.data.DataDescription.TargetKind;
import org.steadygrad.nn.loss.LossSoftmax;
import org.steadygrad.ops.LossFormula;
import org.steadygrad.ops.LossFormulas;

/** The loss of rows in double, from what the output layer's activation function is given or from what it gave. */
sealed interface OutputLoss
        permits FormulaLoss,
                OutputLoss.Softmax,
                OutputLoss.Sigmoid,
                OutputLoss.Probabilities,
                OutputLoss.KeyProbabilities,
                OutputLoss.Squares,
                Dl4jLoss {

    /** What the activation function makes of the rows. */
    default ScoredRows outputs(ScoredRows rows) {
        return rows;
    }

    /** Rows with the outputs' order, in which outputs that are the same but for rounding still differ. */
    default ScoredRows ranked(ScoredRows rows) {
        return outputs(rows);
    }

    /** Takes losses, multiplied by the row's weight or its elements' weights. */
    interface Sink {
        /** A row's loss, or a part of it. */
        void add(double loss);

        /** All parts of a row were added. @param weight of the row, or of all rows that were added at once */
        void row(double weight);
    }

    /** Adds the losses of all rows. */
    void addTo(Sink sum, ScoredRows rows);

    /** The same loss for rows that hold {@link #given} of outputs. */
    default OutputLoss ofGiven() {
        return this;
    }

    /** What stands in rows of {@link #ofGiven} for an output. */
    default double given(double output) {
        return output;
    }

    /** Whether labels are outputs that could be given; else there is no saying what a good guess is. */
    default boolean labelsAreOutputs() {
        return true;
    }

    /** Whether the best constant is the median of the labels, not their mean. */
    default boolean ofMagnitudes() {
        return false;
    }

    /**
     * Outputs for rows whose labels have these means: the best constants, or nearly.
     *
     * @param means shares, where labels are classes or keys
     */
    default double[] constant(double[] means) {
        return means;
    }

    /** Whether outputs are shares of classes or keys, of which 0 is infinitely wrong. */
    default boolean ofShares() {
        return !Double.isFinite(given(0));
    }

    /** Quantiles of the labels that the outputs of a row are, in turns; empty where they are none. */
    default List<Double> quantiles() {
        return List.of();
    }

    /** Rows with one number for each label, whatever the outputs are. @param outputs see {@link #outputs} */
    default ScoredRows estimates(ScoredRows outputs) {
        return outputs;
    }

    /** Whether outputs are probabilities of keys that are on or off, whatever the loss is. */
    default boolean sayKeys() {
        return ofKeys();
    }

    /** What the loss of a row is divided by in a mean over rows, but for the row's weight. */
    default double divisor(ScoredRows rows, int row) {
        return 1;
    }

    /** By class, what rows are divided by; empty where a mean is over rows. */
    default Optional<double[]> divisors() {
        return Optional.empty();
    }

    /** Whether it is the negative log likelihood of a class. */
    default boolean ofClasses() {
        return false;
    }

    /** Whether it is the negative log likelihood of keys that are on or off. */
    default boolean ofKeys() {
        return false;
    }

    /** Whether the labels are numbers of classes. */
    default boolean sparse() {
        return false;
    }

    /**
     * That of a network's output layer; rows hold what its activation function is given. Empty where the layer is of a kind
     * whose loss isn't one of rows.
     */
    static Optional<OutputLoss> of(ComputationGraph model) {
        Layer layer = outputLayer(model);
        return layer instanceof BaseLayer base && !(function(layer) instanceof LossFMeasure)
                ? Optional.ofNullable(function(layer)).map(function -> of(function, base.getActivationFn()))
                : Optional.empty();
    }

    /** That goes with a target, for outputs that are probabilities, or for numbers the numbers themselves. */
    static OutputLoss usual(TargetKind target) {
        return switch (target) {
            case CLASS, CLASS_PER_STEP -> new Probabilities();
            case KEYS_PER_STEP -> new KeyProbabilities();
            case NUMBERS, NUMBERS_PER_STEP -> new Squares();
        };
    }

    /** Number of a network's outputs. */
    static int width(ComputationGraph model, DataDescription data) {
        return outputLayer(model) instanceof FeedForwardLayer layer && layer.getNOut() > 0
                ? (int) layer.getNOut()
                : data.targetSize();
    }

    private static OutputLoss of(ILossFunction function, IActivation activation) {
        if (activation instanceof ActivationSoftmax
                && function instanceof LossMCXENT loss
                && loss.getWeights() == null) {
            return new Softmax(loss instanceof LossSparseMCXENT);
        }
        boolean binary = function instanceof LossBinaryXENT loss && loss.getWeights() == null;
        if (binary && activation instanceof ActivationSigmoid) {
            return new Sigmoid();
        }
        Optional<LossFormula> formula = LossFormulas.of(function, activation);
        return formula.isPresent()
                ? new FormulaLoss(
                        formula.get(),
                        LossFormulas.weights(function),
                        activation,
                        function instanceof LossSoftmax softmax && softmax.getOverWeights())
                : new Dl4jLoss(function, activation);
    }

    /** What an activation function makes of the rows. */
    static ScoredRows activated(ScoredRows rows, IActivation activation) {
        if (activation instanceof ActivationIdentity || rows.count() == 0) {
            return rows;
        }
        INDArray values = Dl4jLoss.table(rows.values(), rows.size());
        return rows.with(activation.getActivation(values, false).dup('c').data().asDouble());
    }

    private static Layer outputLayer(ComputationGraph model) {
        Layer layer = model.getOutputLayer(0).conf().getLayer();
        return layer instanceof FrozenLayerWithBackprop frozen ? frozen.getUnderlying() : layer;
    }

    private static ILossFunction function(Layer layer) {
        if (layer instanceof BaseOutputLayer output) {
            return output.getLossFn();
        }
        if (layer instanceof LossLayer loss) {
            return loss.getLossFn();
        }
        return layer instanceof RnnLossLayer loss ? loss.getLossFn() : null;
    }

    /** {@code -sum y log p} with p the softmax of the values, or with the number of the class as label. */
    record Softmax(boolean sparse) implements OutputLoss {
        @Override
        public ScoredRows outputs(ScoredRows rows) {
            double[] values = rows.values();
            for (int row = 0; row < rows.count(); row++) {
                double top = rows.value(row, rows.largestValue(row));
                double sum = 0;
                for (int i = 0; i < rows.size(); i++) {
                    sum += Math.exp(rows.value(row, i) - top);
                }
                for (int i = 0; i < rows.size(); i++) {
                    values[row * rows.size() + i] = Math.exp(rows.value(row, i) - top) / sum;
                }
            }
            return rows.with(values);
        }

        @Override
        public ScoredRows ranked(ScoredRows rows) {
            return rows;
        }

        @Override
        public boolean ofClasses() {
            return true;
        }

        @Override
        public double given(double output) {
            return Math.log(output);
        }

        @Override
        public void addTo(Sink sum, ScoredRows rows) {
            refuseElements(rows);
            for (int row = 0; row < rows.count(); row++) {
                sum.add(rows.weight(row) * loss(rows, row));
                sum.row(rows.weight(row));
            }
        }

        private double loss(ScoredRows rows, int row) {
            int largest = rows.largestValue(row);
            double top = rows.value(row, largest);
            double others = 0;
            for (int i = 0; i < rows.size(); i++) {
                others += i == largest ? 0 : Math.exp(rows.value(row, i) - top);
            }
            double log = Math.log1p(others);
            if (sparse) {
                return top - rows.value(row, classNumber(rows, row)) + log;
            }
            double sum = 0;
            for (int i = 0; i < rows.size(); i++) {
                double label = rows.label(row, i);
                sum += label == 0 ? 0 : label * (top - rows.value(row, i) + log);
            }
            return sum;
        }
    }

    /** {@code -sum (y log p + (1 - y) log (1 - p))} with p the sigmoid of the values. */
    record Sigmoid() implements OutputLoss {
        @Override
        public double given(double output) {
            return Math.log(output) - Math.log1p(-output);
        }

        @Override
        public boolean ofKeys() {
            return true;
        }

        @Override
        public ScoredRows outputs(ScoredRows rows) {
            double[] values = rows.values();
            Arrays.setAll(values, i -> 1 / (1 + Math.exp(-values[i])));
            return rows.with(values);
        }

        @Override
        public ScoredRows ranked(ScoredRows rows) {
            return rows;
        }

        @Override
        public void addTo(Sink sum, ScoredRows rows) {
            addElements(
                    sum,
                    rows,
                    (value, label) -> (label == 0 ? 0 : label * softplus(-value))
                            + (label == 1 ? 0 : (1 - label) * softplus(value)));
        }

        private static double softplus(double x) {
            return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
        }
    }

    /** {@code -sum y log p} with the values as p, which is kept within {@link #EPSILON} of 0 and 1 as by scikit-learn. */
    record Probabilities() implements OutputLoss {
        /** Distance of 1 to the next double. */
        static final double EPSILON = Math.ulp(1.0);

        @Override
        public boolean ofClasses() {
            return true;
        }

        @Override
        public void addTo(Sink sum, ScoredRows rows) {
            refuseElements(rows);
            addElements(sum, rows, (p, label) -> label == 0 ? 0 : -label * Math.log(clipped(p)));
        }

        static double clipped(double p) {
            return Math.min(1 - EPSILON, Math.max(EPSILON, p));
        }
    }

    /** {@code -sum (y log p + (1 - y) log (1 - p))} with the values as p, kept within as {@link Probabilities} does. */
    record KeyProbabilities() implements OutputLoss {
        @Override
        public boolean ofKeys() {
            return true;
        }

        @Override
        public void addTo(Sink sum, ScoredRows rows) {
            addElements(sum, rows, (value, label) -> {
                double p = Probabilities.clipped(value);
                return (label == 0 ? 0 : -label * Math.log(p)) + (label == 1 ? 0 : (label - 1) * Math.log1p(-p));
            });
        }
    }

    /** Mean over the row of the squared differences. */
    record Squares() implements OutputLoss {
        @Override
        public void addTo(Sink sum, ScoredRows rows) {
            addElements(sum, rows, (value, label) -> (value - label) * (value - label) / rows.size());
        }
    }

    /** The loss of one element. */
    interface ElementLoss {
        double of(double value, double label);
    }

    private static void addElements(Sink sum, ScoredRows rows, ElementLoss loss) {
        for (int row = 0; row < rows.count(); row++) {
            for (int i = 0; i < rows.size(); i++) {
                double weight = rows.weight(row, i);
                if (weight > 0) {
                    sum.add(weight * loss.of(rows.value(row, i), rows.label(row, i)));
                }
            }
            sum.row(rows.weight(row));
        }
    }

    /** The number of the class that is a row's label. */
    static int classNumber(ScoredRows rows, int row) {
        double label = rows.label(row, 0);
        int number = (int) label;
        if (number != label || number < 0 || number >= rows.size()) {
            throw InvalidInputException.of(
                    "Evaluator, label",
                    "whole numbers from 0 to " + (rows.size() - 1),
                    label,
                    "Check the data's classes.");
        }
        return number;
    }

    private static void refuseElements(ScoredRows rows) {
        if (rows.byElement()) {
            throw InvalidInputException.of(
                    "Evaluator, label mask",
                    "one number per row",
                    "one number per class",
                    "A likelihood over some of the classes isn't defined.");
        }
    }
}
