package org.steadygrad.ops;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Derivatives of a loss by batch norm's input and parameters.
 *
 * @param input in the input's shape; 0 where masked
 * @param gamma [features]
 * @param beta [features]
 */
public record BatchNormGradients(INDArray input, INDArray gamma, INDArray beta) {}
