package org.steadygrad.exchange.onnx;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.exchange.graph.Operation.SelectFeatures;
import org.steadygrad.exchange.graph.Port;
import org.steadygrad.exchange.onnx.Known.Flow;
import org.steadygrad.exchange.onnx.OnnxModel.OnnxNode;

/**
 * A Reshape, axis by axis: what it joins lies next to each other, so that products of sizes from the front tell which old axes became which new
 * ones. Axes of size 1 that say nothing come and go.
 */
final class Reshaping {
    private static final int MOST_PARTS = 64;

    private final GraphReading graph;
    private final OnnxNode node;
    private final List<Axis> left;
    private final List<Axis> out = new ArrayList<>();
    private Flow flow;
    private int next;

    Reshaping(GraphReading graph, OnnxNode node, Flow flow) {
        this.graph = graph;
        this.node = node;
        this.flow = flow;
        this.left = flow.axes().stream()
                .filter(axis -> !AxisOperators.droppable(axis))
                .toList();
    }

    Flow to(List<Dim> target) {
        for (int at = 0; at < target.size(); ) {
            Dim size = target.get(at);
            boolean more = next < left.size();
            if (size.is(1) && !(more && left.get(next).size().is(1))) {
                out.add(Axis.one());
                at++;
            } else if (more && left.get(next).size().equals(size)) {
                out.add(left.get(next++));
                at++;
            } else if (more && join(size)) {
                at++;
            } else {
                int made = more ? split(target.subList(at, target.size())) : 0;
                if (made == 0) {
                    throw refused(target);
                }
                at += made;
            }
        }
        if (next < left.size()) {
            throw refused(target);
        }
        return flow.withAxes(out);
    }

    private RuntimeException refused(List<Dim> target) {
        return node.refused(
                "a shape that keeps batch and time apart from features, or joins directions to features",
                flow.axes() + " to " + target,
                Axis.REMEDY);
    }

    /** Several axes to one of this size. @return whether they can be joined */
    private boolean join(Dim size) {
        Dim product = left.get(next).size();
        int end = next + 1;
        while (!product.equals(size) && end < left.size()) {
            product = product.times(left.get(end++).size());
        }
        if (!product.equals(size) || end != next + 2) {
            return false;
        }
        Axis first = left.get(next);
        Axis second = left.get(next + 1);
        if (next > 0
                && end == left.size()
                && first.is(Axis.Kind.UNKNOWN)
                && first.size().known()) {
            // an input whose last two axes are features by parts
            if (second.is(Axis.Kind.UNKNOWN)) {
                second.become(Axis.Kind.FEATURES, node.who());
            }
            if (second.is(Axis.Kind.FEATURES)) {
                first.become(Axis.Kind.PART, node.who());
            }
        }
        if (first.is(Axis.Kind.PART) && second.is(Axis.Kind.FEATURES)) {
            flow = new Flow(List.of(graph.joined(node, flow.parts())), flow.axes(), flow.whole());
            out.add(Axis.features(size.factor()));
        } else if (isRow(first) && isRow(second)) {
            out.add(Axis.rows(List.of(first, second)));
        } else {
            return false;
        }
        next = end;
        return true;
    }

    private static boolean isRow(Axis axis) {
        return axis.is(Axis.Kind.BATCH) || axis.is(Axis.Kind.TIME) || axis.is(Axis.Kind.UNKNOWN);
    }

    /** One axis to several. @return how many it became; 0 if it can't be split so */
    private int split(List<Dim> target) {
        Axis axis = left.get(next);
        if (target.size() < 2) {
            return 0;
        }
        if (axis.is(Axis.Kind.ROWS)
                && axis.members().get(0).size().equals(target.get(0))
                && axis.members().get(1).size().equals(target.get(1))) {
            out.addAll(axis.members());
            next++;
            return 2;
        }
        boolean parts = axis.is(Axis.Kind.FEATURES)
                && flow.parts().size() == 1
                && target.get(0).known()
                && target.get(0).factor() <= MOST_PARTS
                && target.get(0).times(target.get(1)).equals(axis.size());
        if (!parts) {
            return 0;
        }
        int size = (int) target.get(1).factor();
        List<Port> each = new ArrayList<>();
        for (int part = 0; part < target.get(0).factor(); part++) {
            each.add(graph.draft()
                    .add(
                            node,
                            "/part" + part,
                            new SelectFeatures(part * size, (part + 1) * size),
                            flow.parts().get(0)));
        }
        flow = new Flow(each, flow.axes(), false);
        out.add(Axis.of(Axis.Kind.PART, target.get(0)));
        out.add(Axis.features(size));
        next++;
        return 2;
    }
}
