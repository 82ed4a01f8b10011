package org.steadygrad.engine.cpu.recurrent;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.global.dnnl.rnn_direction;
import org.bytedeco.dnnl.lbr_gru_backward;
import org.bytedeco.dnnl.lbr_gru_forward;
import org.bytedeco.dnnl.lstm_backward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.rnn_primitive_desc_base;
import org.bytedeco.dnnl.vanilla_rnn_backward;
import org.bytedeco.dnnl.vanilla_rnn_forward;
import org.steadygrad.engine.cpu.onednn.NativeScope;
import org.steadygrad.engine.cpu.onednn.OneDnn;
import org.steadygrad.engine.plan.ActivationFunction;

/** oneDNN's primitives of a recurrent cell for all steps of a {@link RecurrentShape}. */
final class CellPrimitives {
    private final RecurrentShape shape;
    private final NativeScope scope;
    private final engine engine;
    private final rnn_direction direction;
    private final prop_kind kind;
    private final Layouts layouts;
    private final primitive_attr attributes;
    private final rnn_primitive_desc_base forward;
    private final rnn_primitive_desc_base backward;
    private primitive forwardPrimitive;
    private primitive backwardPrimitive;

    /**
     * Layouts of a primitive's arguments.
     *
     * @param input [steps, examples, inputs]
     * @param output [steps, examples, units]
     * @param state [1, 1, examples, units]
     * @param anyInput weights [1, 1, inputs, gates, units] in a layout of oneDNN's choice
     * @param anyRecurrent weights [1, 1, units, gates, units], likewise
     * @param inputGradient of the weights; the last axis is contiguous
     * @param recurrentGradient likewise
     * @param bias [1, 1, gates, units]
     */
    record Layouts(
            memory.desc input,
            memory.desc output,
            memory.desc state,
            memory.desc anyInput,
            memory.desc anyRecurrent,
            memory.desc inputGradient,
            memory.desc recurrentGradient,
            memory.desc bias) {

        static Layouts of(RecurrentShape s, NativeScope scope) {
            return new Layouts(
                    OneDnn.rows(scope, s.steps(), s.examples(), s.inputs()),
                    OneDnn.rows(scope, s.steps(), s.examples(), s.units()),
                    OneDnn.rows(scope, 1, 1, s.examples(), s.units()),
                    OneDnn.any(scope, 1, 1, s.inputs(), s.gates(), s.units()),
                    OneDnn.any(scope, 1, 1, s.units(), s.gates(), s.units()),
                    OneDnn.rows(scope, 1, 1, s.inputs(), s.gates(), s.units()),
                    OneDnn.rows(scope, 1, 1, s.units(), s.gates(), s.units()),
                    OneDnn.rows(scope, 1, 1, s.biasOrder().length, s.units()));
        }
    }

    /**
     * @param training whether there is a backward pass
     * @param scope frees the primitives
     */
    CellPrimitives(OneDnn oneDnn, RecurrentShape shape, boolean training, NativeScope scope) {
        this.shape = shape;
        this.scope = scope;
        engine = oneDnn.engine();
        direction = shape.reverse() ? rnn_direction.unidirectional_right2left : rnn_direction.unidirectional_left2right;
        kind = training ? prop_kind.forward_training : prop_kind.forward_inference;
        layouts = Layouts.of(shape, scope);
        attributes = OneDnn.attributes(scope);
        switch (shape.cell()) {
            case GRU -> {
                lbr_gru_forward.primitive_desc description = gru();
                forward = description;
                backward = training ? gruBackward(description) : null;
            }
            case LSTM -> {
                lstm_forward.primitive_desc description = lstm();
                forward = description;
                backward = training ? lstmBackward(description) : null;
            }
            default -> {
                vanilla_rnn_forward.primitive_desc description = simple();
                forward = description;
                backward = training ? simpleBackward(description) : null;
            }
        }
    }

    private lbr_gru_forward.primitive_desc gru() {
        Layouts l = layouts;
        return scope.own(new lbr_gru_forward.primitive_desc(
                engine,
                kind,
                direction,
                l.input,
                l.state,
                l.anyInput,
                l.anyRecurrent,
                l.bias,
                l.output,
                l.state,
                attributes,
                false));
    }

    private lbr_gru_backward.primitive_desc gruBackward(lbr_gru_forward.primitive_desc hint) {
        Layouts l = layouts;
        return scope.own(new lbr_gru_backward.primitive_desc(
                engine,
                prop_kind.backward,
                direction,
                l.input,
                l.state,
                l.anyInput,
                l.anyRecurrent,
                l.bias,
                l.output,
                l.state,
                l.input,
                l.state,
                l.inputGradient,
                l.recurrentGradient,
                l.bias,
                l.output,
                l.state,
                hint,
                attributes,
                false));
    }

    private lstm_forward.primitive_desc lstm() {
        Layouts l = layouts;
        return scope.own(new lstm_forward.primitive_desc(
                engine,
                kind,
                direction,
                l.input,
                l.state,
                l.state,
                l.anyInput,
                l.anyRecurrent,
                l.bias,
                l.output,
                l.state,
                l.state,
                attributes,
                false));
    }

    private lstm_backward.primitive_desc lstmBackward(lstm_forward.primitive_desc hint) {
        Layouts l = layouts;
        return scope.own(new lstm_backward.primitive_desc(
                engine,
                prop_kind.backward,
                direction,
                l.input,
                l.state,
                l.state,
                l.anyInput,
                l.anyRecurrent,
                l.bias,
                l.output,
                l.state,
                l.state,
                l.input,
                l.state,
                l.state,
                l.inputGradient,
                l.recurrentGradient,
                l.bias,
                l.output,
                l.state,
                l.state,
                hint,
                attributes,
                false));
    }

    private vanilla_rnn_forward.primitive_desc simple() {
        Layouts l = layouts;
        return scope.own(new vanilla_rnn_forward.primitive_desc(
                engine,
                kind,
                function(shape.activation()),
                direction,
                l.input,
                l.state,
                l.anyInput,
                l.anyRecurrent,
                l.bias,
                l.output,
                l.state,
                (float) shape.activation().alpha(),
                attributes,
                false));
    }

    private vanilla_rnn_backward.primitive_desc simpleBackward(vanilla_rnn_forward.primitive_desc hint) {
        Layouts l = layouts;
        return scope.own(new vanilla_rnn_backward.primitive_desc(
                engine,
                prop_kind.backward,
                function(shape.activation()),
                direction,
                l.input,
                l.state,
                l.anyInput,
                l.anyRecurrent,
                l.bias,
                l.output,
                l.state,
                l.input,
                l.state,
                l.inputGradient,
                l.recurrentGradient,
                l.bias,
                l.output,
                l.state,
                (float) shape.activation().alpha(),
                hint,
                attributes,
                false));
    }

    private static algorithm function(ActivationFunction function) {
        return switch (function.kind()) {
            case TANH -> algorithm.eltwise_tanh;
            case SIGMOID -> algorithm.eltwise_logistic;
            case RELU -> algorithm.eltwise_relu;
            default -> throw new IllegalStateException("engine cpu: no recurrent cell with " + function);
        };
    }

    Layouts layouts() {
        return layouts;
    }

    rnn_primitive_desc_base forward() {
        return forward;
    }

    /** Null without training. */
    rnn_primitive_desc_base backward() {
        return backward;
    }

    primitive forwardPrimitive() {
        if (forwardPrimitive == null) {
            forwardPrimitive = scope.own(new primitive(forward));
        }
        return forwardPrimitive;
    }

    primitive backwardPrimitive() {
        if (backwardPrimitive == null) {
            backwardPrimitive = scope.own(new primitive(backward));
        }
        return backwardPrimitive;
    }

    /** What the forward pass leaves for the backward pass; empty without training. */
    memory.desc workspace() {
        return scope.own(forward.workspace_desc());
    }
}
