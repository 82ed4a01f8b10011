package org.steadygrad.spec;

/** The activation functions a run file can name; each is one that DL4J has. */
public enum ActivationKind {
    @Doc("x.")
    IDENTITY,
    @Doc("1 / (1 + exp(-x)).")
    SIGMOID,
    @Doc("tanh(x).")
    TANH,
    @Doc("max(0, x).")
    RELU,
    @Doc("min(6, max(0, x)).")
    RELU6,
    @Doc("x above 0, 0.01 x below.")
    LEAKY_RELU,
    @Doc("x above 0, exp(x) - 1 below (Clevert et al. 2016).")
    ELU,
    @Doc("Scaled ELU that keeps mean 0 and variance 1 (Klambauer et al. 2017).")
    SELU,
    @Doc(
            "x times the normal distribution's share below x (Hendrycks and Gimpel 2016), by the error function, not by the approximation with tanh.")
    GELU,
    @Doc("x * sigmoid(x) (Ramachandran et al. 2017).")
    SWISH,
    @Doc("x * tanh(softplus(x)) (Misra 2019).")
    MISH,
    @Doc("log(1 + exp(x)).")
    SOFTPLUS,
    @Doc("x / (1 + |x|).")
    SOFTSIGN,
    @Doc("0.2 x + 0.5, limited to 0 ... 1.")
    HARD_SIGMOID,
    @Doc("x, limited to -1 ... 1.")
    HARD_TANH,
    @Doc("A rational approximation of 1.7159 tanh(2 x / 3).")
    RATIONAL_TANH,
    @Doc("max(0, tanh(x)).")
    RECTIFIED_TANH,
    @Doc("x^3.")
    CUBE,
    @Doc("x above 1, 0 below.")
    THRESHOLDED_RELU,
    @Doc("exp(x) divided by its sum over the units.")
    SOFTMAX
}
