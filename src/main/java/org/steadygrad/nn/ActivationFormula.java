package org.steadygrad.nn;

import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.steadygrad.check.Check;

/** Elementwise activation functions of other libraries that ND4J lacks, or has otherwise under the same name; computed in double. */
public final class ActivationFormula extends BaseActivationFunction {
    private static final long serialVersionUID = 1L;
    private static final double GELU_SCALE = Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBE = 0.044715;

    /** Formulas. */
    public enum Kind {
        /** {@code clip(alpha x + beta, 0, 1)}; Keras 3 and PyTorch have 1 / 6 and 0.5. */
        HARD_SIGMOID,
        /** {@code exp(x)}. */
        EXPONENTIAL,
        /** {@code alpha x + beta}. */
        AFFINE,
        /** {@code alpha tanh(beta x)}. */
        SCALED_TANH,
        /** {@code x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))}. */
        GELU_TANH
    }

    private final Kind kind;
    private final double alpha;
    private final double beta;

    /**
     * @param alpha see the kind
     * @param beta see the kind
     */
    public ActivationFormula(
            @JsonProperty("kind") Kind kind, @JsonProperty("alpha") double alpha, @JsonProperty("beta") double beta) {
        this.kind = Check.notNull(kind, "ActivationFormula", "kind");
        this.alpha = alpha;
        this.beta = beta;
    }

    /** Which formula. */
    public Kind getKind() {
        return kind;
    }

    /** See the kind. */
    public double getAlpha() {
        return alpha;
    }

    /** See the kind. */
    public double getBeta() {
        return beta;
    }

    private double value(double x) {
        return switch (kind) {
            case HARD_SIGMOID -> Math.min(1, Math.max(0, alpha * x + beta));
            case EXPONENTIAL -> Math.exp(x);
            case AFFINE -> alpha * x + beta;
            case SCALED_TANH -> alpha * Math.tanh(beta * x);
            case GELU_TANH -> x / 2 * (1 + Math.tanh(GELU_SCALE * (x + GELU_CUBE * x * x * x)));
        };
    }

    private double slope(double x) {
        return switch (kind) {
            case HARD_SIGMOID -> alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0;
            case EXPONENTIAL -> Math.exp(x);
            case AFFINE -> alpha;
            case SCALED_TANH -> alpha * beta * (1 - Math.pow(Math.tanh(beta * x), 2));
            case GELU_TANH -> {
                double t = Math.tanh(GELU_SCALE * (x + GELU_CUBE * x * x * x));
                yield (1 + t) / 2 + x / 2 * (1 - t * t) * GELU_SCALE * (1 + 3 * GELU_CUBE * x * x);
            }
        };
    }

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        return in.assign(mapped(in, this::value));
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        assertShape(in, epsilon);
        return new Pair<>(mapped(in, this::slope).muli(epsilon), null);
    }

    private static INDArray mapped(INDArray in, DoubleUnaryOperator function) {
        double[] values = in.castTo(DataType.DOUBLE).dup('c').data().asDouble();
        for (int i = 0; i < values.length; i++) {
            values[i] = function.applyAsDouble(values[i]);
        }
        return Nd4j.createFromArray(values).reshape('c', in.shape()).castTo(in.dataType());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ActivationFormula formula
                && kind == formula.kind
                && alpha == formula.alpha
                && beta == formula.beta;
    }

    @Override
    public int hashCode() {
        return Objects.hash(kind, alpha, beta);
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + "(" + alpha + ", " + beta + ")";
    }
}
