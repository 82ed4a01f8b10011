package org.steadygrad.model;

import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.steadygrad.nn.ActivationExactGelu;
import org.steadygrad.spec.ActivationKind;

/** Turns a run file's activation functions into ND4J's. */
public final class Activations {
    private Activations() {}

    /** ND4J's function; for GELU our own, since ND4J's are approximations. */
    public static IActivation of(ActivationKind kind) {
        return switch (kind) {
            case IDENTITY -> Activation.IDENTITY.getActivationFunction();
            case SIGMOID -> Activation.SIGMOID.getActivationFunction();
            case TANH -> Activation.TANH.getActivationFunction();
            case RELU -> Activation.RELU.getActivationFunction();
            case RELU6 -> Activation.RELU6.getActivationFunction();
            case LEAKY_RELU -> Activation.LEAKYRELU.getActivationFunction();
            case ELU -> Activation.ELU.getActivationFunction();
            case SELU -> Activation.SELU.getActivationFunction();
            case GELU -> new ActivationExactGelu();
            case SWISH -> Activation.SWISH.getActivationFunction();
            case MISH -> Activation.MISH.getActivationFunction();
            case SOFTPLUS -> Activation.SOFTPLUS.getActivationFunction();
            case SOFTSIGN -> Activation.SOFTSIGN.getActivationFunction();
            case HARD_SIGMOID -> Activation.HARDSIGMOID.getActivationFunction();
            case HARD_TANH -> Activation.HARDTANH.getActivationFunction();
            case RATIONAL_TANH -> Activation.RATIONALTANH.getActivationFunction();
            case RECTIFIED_TANH -> Activation.RECTIFIEDTANH.getActivationFunction();
            case CUBE -> Activation.CUBE.getActivationFunction();
            case THRESHOLDED_RELU -> Activation.THRESHOLDEDRELU.getActivationFunction();
            case SOFTMAX -> Activation.SOFTMAX.getActivationFunction();
        };
    }
}
