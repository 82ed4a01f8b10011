package org.steadygrad.exchange.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.steadygrad.exchange.ForeignModelException;
import org.steadygrad.exchange.graph.Operation;
import org.steadygrad.exchange.graph.Operation.Merge;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.graph.Shape;
import org.steadygrad.exchange.graph.Weight;
import org.steadygrad.exchange.network.NetworkReader.Value;
import org.steadygrad.nn.LastPresentStepVertex;
import org.steadygrad.nn.SequenceOperation;

/** Vertices of a DL4J network that are no layers, as nodes of a graph. */
final class VertexReading {
    /** Makes what a vertex gives. */
    private interface Rule {
        Value value(VertexReading reading, String name, GraphVertex vertex, List<Value> inputs);
    }

    private static final Map<Class<? extends GraphVertex>, Rule> RULES = new HashMap<>();

    static {
        RULES.put(MergeVertex.class, (to, name, vertex, in) -> to.node(name, new Merge(Merge.Kind.CONCATENATE), in));
        RULES.put(
                ElementWiseVertex.class,
                (to, name, vertex, in) -> to.joined(name, ((ElementWiseVertex) vertex).getOp(), in));
        RULES.put(
                ScaleVertex.class,
                (to, name, vertex, in) -> to.affine(name, ((ScaleVertex) vertex).getScaleFactor(), 0, in));
        RULES.put(
                ShiftVertex.class,
                (to, name, vertex, in) -> to.affine(name, 1, ((ShiftVertex) vertex).getShiftFactor(), in));
        RULES.put(SubsetVertex.class, (to, name, vertex, in) -> to.subset(name, (SubsetVertex) vertex, in.get(0)));
        RULES.put(StackVertex.class, (to, name, vertex, in) -> new Value.Stacked(to.ports(name, in)));
        RULES.put(UnstackVertex.class, (to, name, vertex, in) -> to.unstacked(name, (UnstackVertex) vertex, in.get(0)));
        Rule last = (to, name, vertex, in) -> to.node(name, new Operation.TakeStep(true), in);
        RULES.put(LastTimeStepVertex.class, last);
        RULES.put(LastPresentStepVertex.class, last);
        RULES.put(
                ReverseTimeSeriesVertex.class,
                (to, name, vertex, in) -> to.node(name, new Operation.ReverseTime(), in));
        RULES.put(
                SequenceOperation.class, (to, name, vertex, in) -> to.operation(name, (SequenceOperation) vertex, in));
    }

    private final NetworkReader to;

    VertexReading(NetworkReader to) {
        this.to = to;
    }

    Value read(String name, GraphVertex vertex, List<Value> inputs) {
        Rule rule = RULES.get(vertex.getClass());
        if (rule == null) {
            throw ForeignModelException.refused(
                    "vertex \"" + name + "\"",
                    "a " + vertex.getClass().getSimpleName(),
                    "the formats have no such operation",
                    "Build the network without it.");
        }
        return rule.value(this, name, vertex, inputs);
    }

    private List<Port> ports(String name, List<Value> values) {
        List<Port> ports = new ArrayList<>();
        values.forEach(value -> ports.add(NetworkReader.port(name, value)));
        return ports;
    }

    private Value node(String name, Operation operation, List<Value> inputs) {
        return new Value.Single(to.add(name, name, operation, true, ports(name, inputs)));
    }

    private Value joined(String name, ElementWiseVertex.Op op, List<Value> inputs) {
        if (to.graph().shape(ports(name, inputs).get(0)).kind() == Shape.Kind.MASK) {
            return node(name, new Operation.JoinMasks(op == ElementWiseVertex.Op.Max), inputs);
        }
        return node(
                name,
                new Merge(
                        switch (op) {
                            case Add -> Merge.Kind.ADD;
                            case Subtract -> Merge.Kind.SUBTRACT;
                            case Product -> Merge.Kind.MULTIPLY;
                            case Average -> Merge.Kind.AVERAGE;
                            case Max -> Merge.Kind.MAXIMUM;
                        }),
                inputs);
    }

    private Value affine(String name, double factor, double offset, List<Value> inputs) {
        return factor == 1 && offset == 0 ? inputs.get(0) : node(name, new Operation.Affine(factor, offset), inputs);
    }

    private Value subset(String name, SubsetVertex vertex, Value input) {
        if (input instanceof Value.States states) {
            return new Value.Single(new Port(states.node(), vertex.getFrom() / states.units()));
        }
        return node(name, new Operation.SelectFeatures(vertex.getFrom(), vertex.getTo() + 1), List.of(input));
    }

    private Value unstacked(String name, UnstackVertex vertex, Value input) {
        if (!(input instanceof Value.Stacked stacked) || stacked.ports().size() != vertex.getStackSize()) {
            throw ForeignModelException.refused(
                    "vertex \"" + name + "\"",
                    "a part of a batch",
                    "only what was stacked can be unstacked",
                    "Build the network without it.");
        }
        return new Value.Single(stacked.ports().get(vertex.getFrom()));
    }

    private Value operation(String name, SequenceOperation vertex, List<Value> inputs) {
        double[] numbers = vertex.getNumbers();
        boolean masked = inputs.size() > 1;
        if (inputs.get(0) instanceof Value.States states) {
            return new Value.States(states.node(), states.units(), true);
        }
        return switch (vertex.getKind()) {
            case STEP_MASK -> node(name, new Operation.StepMask(numbers[0]), inputs);
            case LENGTH_MASK -> node(name, new Operation.LengthMask(), inputs);
            case CLEAR -> node(name, new Operation.ClearSteps(), inputs);
            case AVERAGE -> node(name, new Operation.Pool(Operation.Pool.Kind.AVERAGE, masked), inputs);
            case MAXIMUM -> node(name, new Operation.Pool(Operation.Pool.Kind.MAXIMUM, masked), inputs);
            case SUM -> node(name, new Operation.Pool(Operation.Pool.Kind.SUM, masked), inputs);
            case FIRST -> node(name, new Operation.TakeStep(false), inputs);
            case LAST -> node(name, new Operation.TakeStep(true), inputs);
            case REVERSE -> node(name, new Operation.ReverseTime(), inputs);
            case STOP -> inputs.get(0);
            case SPREAD ->
                throw ForeignModelException.refused(
                        "vertex \"" + name + "\"",
                        "a vector at all steps of another value",
                        "the formats have a number of steps there",
                        "Build the network without it.");
            case STANDARDIZE ->
                node(
                        name,
                        new Operation.Standardize(
                                half(name + "/mean", numbers, 0), half(name + "/deviation", numbers, 1)),
                        inputs);
        };
    }

    private static Weight half(String name, double[] numbers, int which) {
        float[] values = new float[numbers.length / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers[which * values.length + i];
        }
        return Weight.of(name, values);
    }
}
