package org.steadygrad.benchmarks;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Map;

/** A workload as PyTorch operations, called through DJL. */
interface TorchModel {

    /** What is trained, each with a gradient, under DL4J's names. */
    Map<String, NDArray> parameters();

    /** Everything that lives as long as the model: parameters, running statistics, the batch. */
    NDList constants();

    /** Forward in training mode: the loss averaged over the examples, a scalar that knows how it came about. */
    NDArray loss();
}
