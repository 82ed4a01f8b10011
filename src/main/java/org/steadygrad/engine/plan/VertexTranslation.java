package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.steadygrad.engine.plan.ActivationFunction.Kind;
import org.steadygrad.engine.plan.PlanOperation.Combination;
import org.steadygrad.engine.plan.Value.Rows;

/** What vertices without a layer become. */
final class VertexTranslation {
    private VertexTranslation() {}

    static Signal translate(PlanBuilder plan, String name, GraphVertex vertex, List<Signal> inputs) {
        Signal first = inputs.get(0);
        if (vertex instanceof ElementWiseVertex elementWise) {
            return combine(plan, name, combination(elementWise), inputs);
        }
        if (vertex instanceof MergeVertex merge) {
            return concat(plan, name, merge, inputs);
        }
        if (vertex instanceof PreprocessorVertex preprocessor) {
            LayerTranslation.checkPreprocessor(name, preprocessor.getPreProcessor());
            return first;
        }
        if (vertex instanceof ScaleVertex scale) {
            return first.with(LayerTranslation.activate(
                    plan, name, first.value(), new ActivationFunction(Kind.SCALE, scale.getScaleFactor())));
        }
        if (vertex instanceof ShiftVertex shift) {
            return first.with(LayerTranslation.activate(
                    plan, name, first.value(), new ActivationFunction(Kind.SHIFT, shift.getShiftFactor())));
        }
        if (vertex instanceof LastTimeStepVertex && first.value().perTimeStep()) {
            Value output = plan.newValue(name, first.value().size(), Rows.EXAMPLES);
            plan.add(new PlanOperation.LastTimeStep(name, first.value(), output, plan.inputMask()));
            return new Signal(output, Optional.empty());
        }
        throw new UnsupportedModelException(name, vertex.getClass().getSimpleName());
    }

    private static Combination combination(ElementWiseVertex vertex) {
        return switch (vertex.getOp()) {
            case Add -> Combination.ADD;
            case Product -> Combination.PRODUCT;
            case Average -> Combination.AVERAGE;
            case Max -> Combination.MAX;
            case Subtract -> Combination.SUBTRACT;
        };
    }

    private static Signal combine(PlanBuilder plan, String name, Combination combination, List<Signal> inputs) {
        Signal first = inputs.get(0);
        if (inputs.size() == 1) {
            return first;
        }
        for (Signal input : inputs) {
            Value value = input.value();
            if (value.size() != first.value().size()
                    || value.rows() != first.value().rows()) {
                throw new UnsupportedModelException(name, "an element-wise vertex over inputs of different shapes");
            }
        }
        if (combination == Combination.SUBTRACT && inputs.size() != 2) {
            throw new UnsupportedModelException(name, "subtraction of " + inputs.size() + " inputs");
        }
        Value output = plan.newValue(name, first.value().size(), first.value().rows());
        plan.add(new PlanOperation.Combine(name, values(inputs), output, combination));
        return new Signal(output, mask(name, inputs));
    }

    private static Signal concat(PlanBuilder plan, String name, MergeVertex vertex, List<Signal> inputs) {
        Signal first = inputs.get(0);
        if (inputs.size() == 1) {
            return first;
        }
        int features = first.value().perTimeStep() ? plan.featureAxis() : 1;
        if (vertex.getMergeAxis() != features) {
            throw new UnsupportedModelException(name, "merging along axis " + vertex.getMergeAxis());
        }
        int size = 0;
        for (Signal input : inputs) {
            if (input.value().rows() != first.value().rows()) {
                throw new UnsupportedModelException(name, "merging of sequences with vectors");
            }
            size += input.value().size();
        }
        Value output = plan.newValue(name, size, first.value().rows());
        plan.add(new PlanOperation.Concat(name, values(inputs), output));
        return new Signal(output, mask(name, inputs));
    }

    private static List<Value> values(List<Signal> inputs) {
        return inputs.stream().map(Signal::value).toList();
    }

    /** As in DL4J, where any input has data there is some in the output; an input without a mask has data everywhere. */
    private static Optional<Value> mask(String name, List<Signal> inputs) {
        Optional<Value> first = inputs.get(0).mask();
        for (Signal input : inputs) {
            if (input.mask().isEmpty()) {
                return Optional.empty();
            }
        }
        for (Signal input : inputs) {
            if (!input.mask().equals(first)) {
                throw new UnsupportedModelException(name, "a vertex over inputs with different masks");
            }
        }
        return first;
    }
}
