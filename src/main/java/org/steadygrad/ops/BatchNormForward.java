package org.steadygrad.ops;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What batch norm's forward pass yields: its output and what its backward pass needs.
 *
 * @param output activation(gamma * normalized + beta), in the input's shape; 0 where masked
 * @param normalized (x - mean) / sqrt(variance + epsilon), [rows, features], where rows are examples, or examples and
 *     time steps, examples first
 * @param moments what was normalised with: the batch's in training, the given ones in inference
 * @param mask [rows, 1] of 0 and 1, or {@code null}
 * @param ofBatch whether the moments depend on the input, so that gradients flow through them
 */
public record BatchNormForward(
        INDArray output, INDArray normalized, BatchNormMoments moments, INDArray mask, boolean ofBatch) {}
