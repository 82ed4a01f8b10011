package org.steadygrad.spec;

/** Whose formula an update rule follows where libraries differ. */
public enum UpdaterFormula {
    @Doc(
            "PyTorch's: epsilon is added to the root of the second moment after its bias is corrected, and sums of squares start at 0. So vanishing gradients, too, take whole steps from the first one on.")
    PY_TORCH,
    @Doc(
            "That of ND4J 1.0.0-M2.1: epsilon is added before the correction (adam, amsGrad; 32 times as much in the first step), without any correction of the second moment (nadam), and mean squares start at epsilon (rmsProp), sums of squares at 0.000001 (adaGrad); adaMax has no epsilon. On engine dl4j its own operations take 1 - beta2 in float, off by 0.000017 of itself for 0.999.")
    ND4J
}
