package org.steadygrad.spec;

/** The activation functions a run file can name; each is one that DL4J has. */
public enum ActivationKind {
    IDENTITY,
    SIGMOID,
    TANH,
    RELU,
    RELU6,
    LEAKY_RELU,
    ELU,
    SELU,
    GELU,
    SWISH,
    MISH,
    SOFTPLUS,
    SOFTSIGN,
    HARD_SIGMOID,
    HARD_TANH,
    RATIONAL_TANH,
    RECTIFIED_TANH,
    CUBE,
    THRESHOLDED_RELU,
    SOFTMAX
}
