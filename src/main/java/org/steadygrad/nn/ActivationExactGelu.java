package org.steadygrad.nn;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The Gaussian error linear unit as it is defined (Hendrycks and Gimpel 2016, arXiv 1606.08415): {@code x Phi(x)} with
 * {@code Phi(x) = (1 + erf(x / sqrt(2))) / 2}, and its slope {@code Phi(x) + x exp(-x^2 / 2) / sqrt(2 pi)}. ND4J has two
 * approximations; at -5 its precise one is off by 0.0017.
 */
public final class ActivationExactGelu extends BaseActivationFunction {
    private static final long serialVersionUID = 1L;

    @Override
    public INDArray getActivation(INDArray in, boolean training) {
        return in.muli(phi(in));
    }

    @Override
    public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
        assertShape(in, epsilon);
        INDArray density = Transforms.exp(in.mul(in).muli(-0.5), false).muli(1 / Math.sqrt(2 * Math.PI));
        INDArray slope = phi(in).addi(density.muli(in));
        return new Pair<>(slope.muli(epsilon), null);
    }

    private static INDArray phi(INDArray x) {
        INDArray scaled = x.mul(Math.sqrt(0.5));
        Nd4j.getExecutioner().exec(new Erf(scaled, scaled));
        return scaled.addi(1).muli(0.5);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ActivationExactGelu;
    }

    @Override
    public int hashCode() {
        return ActivationExactGelu.class.hashCode();
    }

    @Override
    public String toString() {
        return "exactGelu";
    }
}
