package org.steadygrad.spec;

/**
 * Weight initialisers a run file can name. Fan-in and fan-out of a recurrent layer's matrices are those of one gate; normal
 * distributions aren't cut off.
 */
public enum InitializerKind {
    @Doc(
            "Chosen for the activation: He for the ReLU family, LeCun for SELU, Xavier otherwise; orthogonal for recurrent matrices.")
    AUTO,
    @Doc(
            "Normal with variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010); recurrent layers are initialised gate by gate, and no normal distribution is cut off, as in PyTorch.")
    XAVIER,
    @Doc("Uniform with the same variance as xavier.")
    XAVIER_UNIFORM,
    @Doc("Normal with variance 2 / fanIn (He et al. 2015).")
    HE,
    @Doc("Uniform with the same variance as he.")
    HE_UNIFORM,
    @Doc("Normal with variance 1 / fanIn (LeCun et al. 1998; Klambauer et al. 2017 for SELU).")
    LECUN,
    @Doc("A random orthogonal matrix (Saxe et al. 2014), for recurrent layers one for each gate.")
    ORTHOGONAL,
    @Doc("The identity matrix, for square matrices (IRNN, Le et al. 2015).")
    IDENTITY,
    @Doc("Normal with deviation 0.01, the poor choice of old text books; for comparisons.")
    SMALL_NORMAL,
    @Doc("Normal with deviation 1, explodes in deep stacks; for comparisons.")
    UNIT_NORMAL
}
