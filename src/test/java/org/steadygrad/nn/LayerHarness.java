package org.steadygrad.nn;

import org.deeplearning4j.nn.api.layers.RecurrentLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Makes single recurrent layers, outside of a network, with parameter and gradient vectors of their own. */
final class LayerHarness {
    private LayerHarness() {}

    static RecurrentLayer layer(BaseRecurrentLayer conf, DataType type) {
        if (conf.getWeightInitFn() == null) {
            conf.setWeightInitFn(WeightInit.XAVIER.getWeightInitFunction());
        }
        NeuralNetConfiguration network = new NeuralNetConfiguration();
        network.setLayer(conf);
        long length = conf.initializer().numParams(conf);
        INDArray params = Nd4j.create(type, 1, length);
        RecurrentLayer layer = (RecurrentLayer) conf.instantiate(network, null, 0, params, true, type);
        layer.setBackpropGradientsViewArray(Nd4j.create(type, 1, length));
        return layer;
    }
}
