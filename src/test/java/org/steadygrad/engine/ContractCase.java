package org.steadygrad.engine;

import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.nn.MaskAware;
import org.steadygrad.ops.ParameterBlock;

/**
 * One model and one batch that every engine must treat alike.
 *
 * @param name says in a test's report what is tried
 * @param configuration of a graph with one input and one output
 * @param batch in float
 */
public record ContractCase(String name, ComputationGraphConfiguration configuration, MultiDataSet batch) {

    /** The model in float, with no parameter left at a special value such as a bias of 0 or a gamma of 1. */
    public ComputationGraph model() {
        ComputationGraph graph = new ComputationGraph(configuration.clone());
        graph.init();
        Random random = new Random(11);
        INDArray flat = graph.params().reshape(graph.params().length());
        for (ParameterBlock block : FlatLayouts.of(graph).blocks()) {
            INDArray view = flat.get(NDArrayIndex.interval(block.offset(), block.offset() + block.length()));
            for (long i = 0; i < block.length(); i++) {
                double shift = 0.2 * random.nextDouble() - 0.1;
                // a variance must stay positive
                view.putScalar(i, block.parameter().equals("var") ? 1 + shift : view.getDouble(i) + shift);
            }
        }
        return graph;
    }

    /** The same model with the same parameters in double, with layers that are right where there are masks. */
    public ComputationGraph reference() {
        ComputationGraph model = model();
        ComputationGraph masked = new ComputationGraph(MaskAware.of(model.getConfiguration()));
        masked.init(model.params(), true);
        return inDouble(masked);
    }

    static ComputationGraph inDouble(ComputationGraph model) {
        return model.convertDataType(DataType.DOUBLE);
    }

    /** The batch in double. */
    public MultiDataSet referenceBatch() {
        return new org.nd4j.linalg.dataset.MultiDataSet(
                inDouble(batch.getFeatures()),
                inDouble(batch.getLabels()),
                inDouble(batch.getFeaturesMaskArrays()),
                inDouble(batch.getLabelsMaskArrays()));
    }

    private static INDArray[] inDouble(INDArray[] arrays) {
        if (arrays == null) {
            return null;
        }
        INDArray[] converted = new INDArray[arrays.length];
        for (int i = 0; i < arrays.length; i++) {
            converted[i] = arrays[i] == null ? null : arrays[i].castTo(DataType.DOUBLE);
        }
        return converted;
    }

    @Override
    public String toString() {
        return name;
    }
}
