package org.steadygrad.model;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.IUpdater;
import org.steadygrad.nn.TorchUpdater;
import org.steadygrad.ops.ParameterBlock;

/** Names of the rules by which a model's parameters are updated. */
public final class UpdateRules {
    private UpdateRules() {}

    /**
     * @param model an initialised graph
     * @return by name of the parameter, in the order of the layout; frozen parameters have none
     */
    public static Map<String, String> of(ComputationGraph model) {
        Map<String, String> rules = new LinkedHashMap<>();
        for (ParameterBlock block : FlatLayouts.of(model).blocks()) {
            if (block.kind() != ParameterBlock.Kind.FROZEN) {
                rules.put(
                        block.name(),
                        name(model.getVertex(block.layer()).getConfig().getUpdaterByParam(block.parameter())));
            }
        }
        return rules;
    }

    private static String name(IUpdater updater) {
        if (updater instanceof TorchUpdater torch) {
            return "PyTorch's " + torch.method();
        }
        return updater == null ? "none" : "ND4J's " + updater.getClass().getSimpleName();
    }
}
